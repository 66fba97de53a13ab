import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A message as it came. */
export type Told = { headers: IncomingHttpHeaders; body: string };

/** A program of a seller that takes messages; what it answers can be changed while it listens. */
export async function receiver() {
  const came: Told[] = [];
  const answer = { status: 204 };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      came.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(answer.status).end();
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${port}/hook`, came, answer, close };
}

/** The signature of a message by a secret, as Standard Webhooks has it. */
export function signature(told: Told, secret: string) {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${told.headers["webhook-id"]}.${told.headers["webhook-timestamp"]}.${told.body}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}
