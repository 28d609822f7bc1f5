import { Dialog } from "@acd/ui/primitives/Dialog.tsx";
import { WireError } from "@acd/ui/wire.ts";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { AddDevice } from "./AddDevice.tsx";
import { add, change, load, remove, ring, type Mode, type MyDevices } from "./api.ts";
import { DeviceCard } from "./DeviceCard.tsx";
import { moved } from "./places.ts";
import { said, t } from "./words.ts";

const MODES: readonly Mode[] = ["all", "in_turn"];

/** Where the agent's calls ring beside this console; every change holds at once. */
export function MyDevicesDialog({ onClose }: { onClose: () => void }) {
  const [mine, setMine] = useState<MyDevices | null>(null);
  const [told, setTold] = useState<{ fault: boolean; text: string } | null>(null);
  const id = useId();
  const turns = useRef<{ last: Promise<WireError | null>; asked: number }>({ last: Promise.resolve(null), asked: 0 });
  /** Once what was asked before is done; shown as the server has it after the last. Says why it was not done. */
  const doing = (work: () => Promise<unknown>, done = t("saved")): Promise<WireError | null> => {
    const number = ++turns.current.asked;
    const turn = turns.current.last.then(async () => {
      try {
        await work();
        const found = await load();
        if (number !== turns.current.asked) return null; // it lacks what was chosen meanwhile
        setMine(found);
        setTold({ fault: false, text: done });
        return null;
      } catch (thrown) {
        const error = WireError.of(thrown);
        setTold(error.field === "address" ? null : { fault: true, text: said(error) }); // it is told at the field
        return error;
      }
    });
    turns.current.last = turn;
    return turn;
  };
  useEffect(() => {
    void doing(() => Promise.resolve(), "");
  }, []);
  const items = mine?.items ?? [];
  const move = async (device: string, by: -1 | 1): Promise<void> => {
    for (const each of moved(items, device, by)) await change(each.id, { place: each.place });
  };
  return (
    <Dialog open onClose={onClose} title={t("title")} closeLabel={t("close")}>
      {!mine && !told && <p class="muted">{t("loading")}</p>}
      {mine && (
        <fieldset class="device-modes">
          <legend class="visually-hidden">{t("mode")}</legend>
          {MODES.map((each) => (
            <label key={each}>
              <input class="radio" type="radio" name={id} checked={mine.mode === each} data-testid={`devices-${each}`} onChange={() => void doing(() => ring(each))} />
              <span>
                {t(each)}
                <span class="small muted">{t(`${each}_how`)}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {mine && (
        <ol class="devices" data-testid="devices">
          {items.map((device) => (
            <DeviceCard
              key={device.id}
              device={device}
              mine={mine}
              onChange={(what) => void doing(() => change(device.id, what))}
              onAddress={(address) => doing(() => change(device.id, { address }))}
              onMove={(by) => void doing(() => move(device.id, by))}
              onRemove={() => void doing(() => remove(device.id))}
              onVerified={() => void doing(() => Promise.resolve())}
            />
          ))}
        </ol>
      )}
      {mine && <AddDevice deskHosts={mine.desk_hosts} onAdd={(address, name) => doing(() => add(address, name, items.length + 1))} />}
      <p class={told?.fault ? "fault" : "small muted"} role={told?.fault ? "alert" : "status"} data-testid="devices-told">
        {told?.text}
      </p>
    </Dialog>
  );
}
