import { IconPlus } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import type { WireError } from "@acd/ui/wire.ts";
import { useState } from "preact/hooks";

import { faultOf } from "./Address.tsx";
import { Text } from "./Fields.tsx";
import { t } from "./words.ts";

interface AddDeviceProps {
  /** The exchanges whose desk phones may be added. */
  deskHosts: readonly string[];
  /** Says why it was not taken. */
  onAdd: (address: string, name: string) => Promise<WireError | null>;
}

/** A telephone by its number, or a desk phone by its address. */
export function AddDevice({ deskHosts, onAdd }: AddDeviceProps) {
  const [address, setAddress] = useState("");
  const [name, setName] = useState("");
  const [fault, setFault] = useState("");
  const deskPhones = deskHosts.length > 0;
  const addresses = deskHosts.map((host) => `sip:101@${host}`).join(", ");
  const add = async (): Promise<void> => {
    const error = await onAdd(address, name);
    setFault(faultOf(error));
    if (error) return;
    setAddress("");
    setName("");
  };
  return (
    <form
      class="device"
      onSubmit={(event) => {
        event.preventDefault();
        if (address) void add();
        else setFault(t("missing"));
      }}
    >
      <div class="device-fields">
        <Text
          label={t(deskPhones ? "number_or_sip" : "number")}
          example={t("number_example")}
          hint={deskPhones ? t("desk_hint", { addresses }) : ""}
          fault={fault}
          value={address}
          testId="device-new"
          onChange={(text) => {
            setAddress(text);
            setFault("");
          }}
        />
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
