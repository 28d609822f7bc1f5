import { IconPlus } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { useState } from "preact/hooks";

import { Text } from "./Fields.tsx";
import { t } from "./words.ts";

/** A telephone by its number, or a desk phone by its address. `onAdd` says whether it was taken. */
export function AddDevice({ deskPhones, onAdd }: { deskPhones: boolean; onAdd: (address: string, name: string) => Promise<boolean> }) {
  const [address, setAddress] = useState("");
  const [name, setName] = useState("");
  return (
    <form
      class="device"
      onSubmit={(event) => {
        event.preventDefault();
        if (!address) return;
        void onAdd(address, name).then((taken) => {
          if (!taken) return;
          setAddress("");
          setName("");
        });
      }}
    >
      <div class="device-fields">
        <Text label={t(deskPhones ? "number_or_sip" : "number")} hint={t("number_hint")} value={address} testId="device-new" onChange={setAddress} />
        <Text label={t("name")} value={name} testId="device-new-name" onChange={setName} />
      </div>
      <div class="bar">
        <Button type="submit" icon={IconPlus} data-testid="device-add">
          {t("add")}
        </Button>
      </div>
    </form>
  );
}
