import { useEffect, useRef, useState } from "preact/hooks";
import { IconDown, MarkDanger } from "@acd/ui/icons.tsx";
import { codePoints } from "@acd/ui/text.ts";
import { expectedMinutes } from "@acd/ui/wait.ts";
import { WireError } from "@acd/ui/wire.ts";
import type { ComponentChildren } from "preact";

import { useWidget, type Words } from "../context.ts";
import { offered, type FormKind } from "../site.ts";
import { Call } from "./later.tsx";
import { Top } from "./panel.tsx";

const NAME_CHARS = 80;
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
const IDS = { department: "w-department", name: "w-name", email: "w-email", text: "w-text" } as const;
type Field = keyof typeof IDS;
type Faults = Partial<Record<Field, string>>;

interface Values {
  department: string;
  name: string;
  email: string;
  text: string;
}

function faultsIn({ name, email, text }: Values, limit: number, { t }: Words, offline: Offline | undefined, calls: boolean): Faults {
  const faults: Faults = {};
  if (!name) faults.name = t("form.name.missing");
  else if (codePoints(name) > NAME_CHARS) faults.name = t("form.name.long");
  if (!email && offline) faults.email = offline.email;
  else if (email && !EMAIL.test(email)) faults.email = t("form.email.wrong");
  if (!text && !calls) faults.text = t("form.text.missing");
  else if (codePoints(text) > limit) faults.text = t("talk.over", { count: codePoints(text) - limit });
  return faults;
}

/** What the form says where nobody answers at once: the message is kept, and answered by e-mail. */
export interface Offline {
  title: string;
  sub: string;
  lead: string;
  email: string;
  send: string;
}

/** Begins a call with what the form says, once `ready`; says whether one began. */
export type Dial = (ready: () => Promise<boolean>) => Promise<boolean>;

/** Before the chat: whom for, who, what about. */
export function FormView({ offline }: { offline?: Offline }) {
  const { words, chat, site, draft, visitor } = useWidget();
  const { t, locale } = words;
  const kind: FormKind = offline ? "offline" : "form";
  const form = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<Faults>({});
  const [failure, setFailure] = useState<WireError | null>(chat.refusal.peek());
  const [starting, setStarting] = useState(false);
  const { listed = [], shown: department } = site.value ? offered(site.value, kind, draft.value?.department) : {};
  const later = department?.service === "form";
  const wait = expectedMinutes(department?.estimate ?? null);
  const limit = site.value?.limits.message_chars ?? 4000;

  useEffect(() => () => { draft.value = null; }, [draft]);

  const showFaults = (found: Faults): void => {
    setFaults(found);
    const first = (Object.keys(IDS) as Field[]).find((field) => found[field]);
    if (first) form.current?.querySelector<HTMLElement>(`#${IDS[first]}`)?.focus();
  };

  const submit = async (ready?: () => Promise<boolean>): Promise<boolean> => {
    if (starting || !form.current) return false;
    const data = new FormData(form.current);
    const value = (field: Field): string => {
      const entry = data.get(field);
      return typeof entry === "string" ? entry.trim() : "";
    };
    const values = { department: value("department"), name: value("name"), email: value("email"), text: value("text") };
    visitor.name = values.name;
    visitor.email = values.email;
    visitor.text = values.text;
    setFailure(null);
    const found = faultsIn(values, limit, words, offline, !!ready);
    showFaults(found);
    if (Object.keys(found).length > 0 || (ready && !(await ready()))) return false;
    setStarting(true);
    try {
      const { email, ...rest } = values;
      await chat.start({ ...rest, ...(email ? { email } : {}), ...(ready ? { channel: "call" } : {}), page: location.href.slice(0, 2000) });
      return true;
    } catch (thrown) {
      const error = WireError.of(thrown);
      const message = words.error(error.code, "error.other");
      if (error.field && error.field in IDS) showFaults({ [error.field]: message });
      else setFailure(error);
      setStarting(false);
      return false;
    }
  };

  const typed = (field: Field) => (): void => {
    if (faults[field]) setFaults({ ...faults, [field]: undefined });
  };
  const attributes = (field: Field): object => ({
    id: IDS[field],
    name: field,
    "data-testid": `field-${field}`,
    onInput: typed(field),
    ...(faults[field] ? { "aria-invalid": "true", "aria-describedby": `${IDS[field]}-fault` } : {}),
  });

  return (
    <>
      <Top
        title={offline?.title ?? t("form.title")}
        sub={offline?.sub ?? (wait ? t("form.wait", { count: wait.from }) : (site.value?.name ?? ""))}
      />
      <form
        class="middle"
        id="w-form"
        ref={form}
        noValidate
        data-testid="widget-form"
        onInput={({ currentTarget }) => {
          const { value } = currentTarget.elements.namedItem("department") as HTMLSelectElement;
          draft.value = { kind: draft.value?.kind ?? kind, department: value };
        }}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {offline && <p class="muted">{offline.lead}</p>}
        <Row field="department" label={t("form.department")} fault={faults.department}>
          <span class="select-wrap">
            <select class="select" value={department?.id} {...attributes("department")}>
              {listed.map(({ id, name, open, service }) => (
                <option key={id} value={id} disabled={!open && service !== "form" && id !== department?.id}>
                  {open || (offline && service === "form") ? (name[locale] ?? id) : t(service === "form" ? "form.later" : "form.closed", { name: name[locale] ?? id })}
                </option>
              ))}
            </select>
            <IconDown />
          </span>
          {department && !department.open && !(offline && later) && (
            <p class={later ? "fine" : "fault"} role="alert">{!later && <MarkDanger />}<span>{t("form.nobody")}</span></p>
          )}
        </Row>
        <Row field="name" label={t("form.name")} fault={faults.name}>
          <input class="input" autocomplete="name" dir="auto" required data-first defaultValue={visitor.name} {...attributes("name")} />
        </Row>
        <Row
          field="email"
          label={<>{t("form.email")} {!offline && <span class="muted">{t("form.optional")}</span>}</>}
          fault={faults.email}
        >
          <input
            class="input"
            type="email"
            autocomplete="email"
            placeholder={t("form.email.hint")}
            defaultValue={visitor.email}
            {...attributes("email")}
          />
        </Row>
        <Row field="text" label={t("form.text")} fault={faults.text}>
          <textarea class="input" rows={2} dir="auto" required defaultValue={visitor.text} {...attributes("text")} />
        </Row>
      </form>
      <div class="bottom snug">
        {failure && (
          <p class="fault" role="alert" data-testid="error" data-code={failure.code}>
            <MarkDanger />
            <span>{words.error(failure.code, "error.other", { count: Math.ceil(failure.retryAfterS ?? 1) })}</span>
          </p>
        )}
        <button type="submit" form="w-form" class="button primary large wide" data-testid="start-chat" aria-busy={starting}>
          {starting ? t("form.starting") : (offline?.send ?? t(later ? "form.leave" : "form.start"))}
        </button>
        {!offline && department?.channels.includes("call") && <Call dial={submit} />}
      </div>
    </>
  );
}

interface RowProps {
  field: Field;
  label: ComponentChildren;
  fault: string | undefined;
  children: ComponentChildren;
}

function Row({ field, label, fault, children }: RowProps) {
  return (
    <div class="field">
      <label for={IDS[field]}>{label}</label>
      {children}
      {fault && (
        <p class="fault" id={`${IDS[field]}-fault`} data-testid="error">
          <MarkDanger />
          <span>{fault}</span>
        </p>
      )}
    </div>
  );
}
