import { Dialog } from "@acd/ui/primitives/Dialog.tsx";

import { chooseSingleKeys, singleKeys } from "../state/settings.ts";
import { t } from "../state/words.ts";
import { KeyList } from "./Keys.tsx";

/** The shortcuts there are, and the switch for the one that is a single key. */
export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title={t("help.title")} closeLabel={t("help.close")}>
      <KeyList />
      <label class="switch-row">
        <input
          class="switch"
          type="checkbox"
          role="switch"
          checked={singleKeys.value}
          onChange={(event) => {
            chooseSingleKeys(event.currentTarget.checked);
          }}
        />
        {t("help.single_keys")}
      </label>
    </Dialog>
  );
}
