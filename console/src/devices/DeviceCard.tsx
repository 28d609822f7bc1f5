import { IconHeadset, IconPhone } from "@acd/ui/call-icons.tsx";
import { IconConsole, IconCross, IconDown, MarkOk, MarkWarn } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { Chip } from "@acd/ui/primitives/Chip.tsx";
import type { WireError } from "@acd/ui/wire.ts";

import { Address } from "./Address.tsx";
import type { Change, Device, MyDevices } from "./api.ts";
import { Choice, Seconds, Text } from "./Fields.tsx";
import { Verify } from "./Verify.tsx";
import { t } from "./words.ts";

const ICONS = { browser: IconConsole, sip: IconHeadset, phone: IconPhone };

interface DeviceCardProps {
  device: Device;
  mine: MyDevices;
  onChange: (change: Change) => void;
  /** Says why it was not taken. */
  onAddress: (address: string) => Promise<WireError | null>;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
  onVerified: () => void;
}

/** One device: what it is, when and how long it rings, and whether it may. */
export function DeviceCard({ device, mine, onChange, onAddress, onMove, onRemove, onVerified }: DeviceCardProps) {
  const { kind, provisioned: given } = device;
  const name = device.name || device.address || t(kind);
  const away = kind !== "browser";
  const inTurn = mine.mode === "in_turn";
  const calendars = [{ value: "", text: t("always") }, ...mine.calendars.map((id) => ({ value: id, text: id }))];
  return (
    <li class="device" data-testid="device" data-kind={kind}>
      <Head device={device} name={name} inTurn={inTurn} onChange={onChange} onMove={onMove} onRemove={onRemove} />
      {away && (
        <div class="device-fields">
          <Text label={t("name")} value={device.name} disabled={given} testId="device-name" onChange={(text) => { onChange({ name: text }); }} />
          <Address label={t(kind === "phone" ? "number" : "sip_address")} value={device.address} disabled={given} onSave={onAddress} />
        </div>
      )}
      <div class="device-fields">
        <Choice
          label={t("when")}
          value={device.hours ?? ""}
          options={calendars}
          disabled={given}
          testId="device-hours"
          onChange={(hours) => { onChange({ hours: hours || null }); }}
        />
        {inTurn && <Seconds value={device.ring_s} disabled={given} onChange={(seconds) => { onChange({ ring_s: seconds }); }} />}
      </div>
      {away && (
        <label class="device-check">
          <input
            class="check"
            type="checkbox"
            checked={device.closed_console}
            disabled={given}
            data-testid="device-closed"
            onChange={(event) => { onChange({ closed_console: event.currentTarget.checked }); }}
          />
          {t("closed")}
        </label>
      )}
      {away && !device.verified && <Verify device={device.id} can={mine.verifiable} onVerified={onVerified} />}
    </li>
  );
}

type HeadProps = Omit<DeviceCardProps, "mine" | "onAddress" | "onVerified"> & { name: string; inTurn: boolean };

function Head({ device, name, inTurn, onChange, onMove, onRemove }: HeadProps) {
  const Drawn = ICONS[device.kind];
  return (
    <div class="device-head">
      <Drawn />
      <h3 class="clip">{name}</h3>
      {device.provisioned && <Chip>{t("given")}</Chip>}
      {device.kind !== "browser" && (
        <Chip mark={device.verified ? MarkOk : MarkWarn} tone={device.verified ? "ok" : "warn"} data-testid="device-proof" data-verified={device.verified}>
          {t(device.verified ? "verified" : "unverified")}
        </Chip>
      )}
      <span class="device-keys">
        {inTurn && (
          <>
            <Button kind="quiet" icon={IconDown} class="up" label={t("up", { name })} data-testid="device-up" onClick={() => { onMove(-1); }} />
            <Button kind="quiet" icon={IconDown} label={t("down", { name })} data-testid="device-down" onClick={() => { onMove(1); }} />
          </>
        )}
        {device.kind !== "browser" && !device.provisioned && (
          <Button kind="quiet" icon={IconCross} label={t("remove", { name })} data-testid="device-remove" onClick={onRemove} />
        )}
        <input
          class="switch"
          type="checkbox"
          role="switch"
          aria-label={t("on", { name })}
          checked={device.enabled}
          data-testid="device-enabled"
          onChange={(event) => { onChange({ enabled: event.currentTarget.checked }); }}
        />
      </span>
    </div>
  );
}
