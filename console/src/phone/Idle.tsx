import { IconHeadset, IconMic, IconPhone } from "@acd/ui/call-icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { Menu, type MenuGroup } from "@acd/ui/primitives/Menu.tsx";

import { Devices, type DeviceKind } from "./devices.ts";
import { Bar, Level, useSettled } from "./Frame.tsx";
import type { Phone } from "./phone.ts";
import { t } from "./words.ts";

const KINDS: readonly DeviceKind[] = ["microphone", "speaker"];

/** With `as` "cut" nobody knows: the connection is lost. */
export function Idle({ phone, as }: { phone: Phone; as: "ready" | "away" | "cut" }) {
  const level = phone.tryout.level.value;
  return (
    <Bar
      state={as === "ready" ? "ready" : "off"}
      icon={IconPhone}
      title={t(as)}
      aside={t(level ? "testing" : `${as}_where`)}
      end={
        <>
          {level && <Level level={level} />}
          <DeviceMenu phone={phone} />
          {level ? (
            <Button data-testid="phone-test-stop" onClick={() => { phone.tryout.end(); }}>
              {t("stop")}
            </Button>
          ) : (
            <Test phone={phone} />
          )}
        </>
      }
    />
  );
}

export function Test({ phone }: { phone: Phone }) {
  const settled = useSettled();
  return (
    <Button
      kind="quiet"
      icon={IconMic}
      data-testid="phone-test"
      title={t("test")}
      aria-label={t("test")}
      aria-busy={phone.mic.asking.value}
      aria-disabled={!settled}
      onClick={() => void (settled && phone.test())}
    >
      <span class="word">{t("test")}</span>
    </Button>
  );
}

/** Which microphone and speaker, named once the browser tells; and the way to where else calls ring. */
export function DeviceMenu({ phone }: { phone: Phone }) {
  const { devices, showsDevices } = phone;
  const elsewhere: MenuGroup = {
    label: t("elsewhere_label"),
    items: [{ id: "mine", role: "action", text: t("my_devices"), icon: IconPhone, testId: "my-devices", onPick: () => (showsDevices.value = true) }],
  };
  const group = (kind: DeviceKind): MenuGroup => ({
    label: t(kind),
    titled: true,
    items: [{ id: "", name: t("as_system") }, ...devices.of(kind)].map(({ id, name }) => ({
      id,
      role: "radio",
      text: name,
      checked: devices.chosen[kind].value === id,
      testId: `${kind}-choice`,
      onPick: () => {
        devices.choose(kind, id);
      },
    })),
  });
  return (
    <Menu
      label={t("devices")}
      groups={[...KINDS.filter((kind) => Devices.canChoose(kind)).map(group), elsewhere]}
      side="above"
      testId="phone-devices"
      listTestId="phone-devices-menu"
      buttonClass="button quiet icon-only"
      buttonLabel={t("devices")}
      buttonTitle={t("devices")}
    >
      <IconHeadset />
    </Menu>
  );
}
