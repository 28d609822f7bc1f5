/**
 * Socket.IO's packet format for JSON alone, put in the place of socket.io-parser by the build. The wire of this
 * product carries no binary, and a visitor should not download the code that would read it.
 * https://socket.io/docs/v4/socket-io-protocol/
 */
import { Emitter } from "./emitter.ts";

export const protocol = 5;

export const PacketType = { CONNECT: 0, DISCONNECT: 1, EVENT: 2, ACK: 3, CONNECT_ERROR: 4 };

export interface Packet {
  type: number;
  nsp: string;
  data?: unknown;
  id?: number;
}

export class Encoder {
  encode({ type, nsp, data, id }: Packet): [string] {
    const space = nsp === "/" ? "" : `${nsp},`;
    return [`${type}${space}${id ?? ""}${data === undefined ? "" : JSON.stringify(data)}`];
  }
}

/** type, namespace, id of the acknowledgement, JSON */
const PACKET = /^([0-4])(?:(\/[^,]*),)?(\d*)(.*)$/s;

export class Decoder extends Emitter {
  /** Throws on what is no packet: the manager then closes the connection. */
  add(text: string): void {
    const [, type, nsp, id, json] = PACKET.exec(text) ?? [];
    if (type === undefined) throw new Error("not a packet");
    const packet: Packet = { type: Number(type), nsp: nsp ?? "/" };
    if (id) packet.id = Number(id);
    if (json) packet.data = JSON.parse(json) as unknown;
    if ((packet.type === PacketType.EVENT || packet.type === PacketType.ACK) && !Array.isArray(packet.data)) {
      throw new Error("not a packet");
    }
    this.say("decoded", packet);
  }

  // the manager calls it when it closes; there is nothing to release
  destroy(): void {
    return;
  }
}
