import { IconTransfer } from "@acd/ui/call-icons.tsx";

import type { Ways } from "../handover/Choice.tsx";
import type { Manner } from "../state/steering.ts";
import type { AgentChat } from "../state/wire.ts";
import { Handover } from "../views/Handover.tsx";
import { t } from "./words.ts";

const CALLED: Ways = { manners: ["transfer", "consult"], how: (manner: Manner) => t(manner === "consult" ? "consult_how" : "transfer_how") };

/** To whom a call can go: at once, or after a word with the colleague. */
export function Transfer({ chat }: { chat: AgentChat }) {
  return <Handover chat={chat} ways={CALLED} icon={IconTransfer} kind="quiet" side="above" />;
}
