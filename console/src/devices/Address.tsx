import type { WireError } from "@acd/ui/wire.ts";
import { useState } from "preact/hooks";

import { Text } from "./Fields.tsx";
import { said, t } from "./words.ts";

/** What is wrong with the address, for people; empty where it is something else, or nothing. */
export const faultOf = (error: WireError | null): string => (error?.field === "address" ? said(error) : "");

interface AddressProps {
  label: string;
  value: string;
  disabled: boolean;
  onSave: (address: string) => Promise<WireError | null>;
}

/** The address of a telephone that is there: what was refused stays, with the reason. */
export function Address({ label, value, disabled, onSave }: AddressProps) {
  const [refused, setRefused] = useState<{ address: string; fault: string } | null>(null);
  const save = async (address: string): Promise<void> => {
    const fault = address ? faultOf(await onSave(address)) : t("missing");
    setRefused(fault ? { address, fault } : null);
  };
  return (
    <Text
      label={label}
      value={refused?.address ?? value}
      fault={refused?.fault ?? ""}
      disabled={disabled}
      testId="device-address"
      onChange={(address) => void save(address)}
    />
  );
}
