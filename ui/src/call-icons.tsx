/** Icons of calls, apart from the others: they travel with what is loaded for calls. */
import { stroke } from "./icons.tsx";

export const IconPhone = /* @__PURE__ */ stroke(
  "M5.1 3.25h1.8a1 1 0 0 1 1 .76l.6 2.4a1 1 0 0 1-.3 1L7 8.6a9.6 9.6 0 0 0 4.4 4.4l1.2-1.2a1 1 0 0 1 1-.3l2.4.6a1 1 0 0 1 .75 1v1.8c0 1-.8 1.85-1.85 1.85C8.7 16.75 3.25 11.3 3.25 5.1c0-1 .85-1.85 1.85-1.85Z",
);
export const IconMic = /* @__PURE__ */ stroke(
  "M10 2.75a2.5 2.5 0 0 1 2.5 2.5v4a2.5 2.5 0 0 1-5 0v-4a2.5 2.5 0 0 1 2.5-2.5ZM4.75 9.5a5.25 5.25 0 0 0 10.5 0M10 14.75v2.5",
);
export const IconMicOff = /* @__PURE__ */ stroke(
  "M12.5 8V5.25a2.5 2.5 0 0 0-4.9-.7M7.5 7.75v1.5a2.5 2.5 0 0 0 4 2M4.75 9.5a5.25 5.25 0 0 0 8.6 4.05M15.25 9.5c0 .8-.2 1.6-.5 2.3M10 14.75v2.5M3.5 3.5l13 13",
);
export const IconHold = /* @__PURE__ */ stroke("M7.25 5v10M12.75 5v10");
export const IconKeypad = /* @__PURE__ */ stroke(
  "M5 5h.01M10 5h.01M15 5h.01M5 10h.01M10 10h.01M15 10h.01M5 15h.01M10 15h.01M15 15h.01",
);
export const IconHangUp = /* @__PURE__ */ stroke(
  "M2.2 11.1c0-1.2.6-2 1.7-2.6C7.6 6.600 12.400 6.600 16.100 8.500c1.100.6 1.700 1.400 1.700 2.600v.8c0 .7-.6 1.200-1.300 1.100l-2.300-.4a1.100 1.100 0 0 1-.9-1v-1.300a9.500 9.500 0 0 0-6.600 0v1.300c0 .5-.4.9-.9 1l-2.300.4c-.7.100-1.300-.4-1.300-1.100v-.8Z",
);
