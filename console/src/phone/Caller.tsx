import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import { useDesk } from "../state/context.ts";
import { Contact } from "../views/Contact.tsx";

/** Who calls, with what there was before, while it rings and nothing else is in sight. */
export function Caller({ children }: { children: ComponentChildren }) {
  const { desk } = useDesk();
  const offer = desk.ringing.value.find((ring) => ring.offer.channel === "call")?.offer;
  const conversation = offer?.conversation;
  useEffect(() => {
    if (conversation) void desk.conversations.fetch(conversation);
  }, [desk, conversation]);
  return offer ? <Contact chat={offer} open={false} /> : <>{children}</>;
}
