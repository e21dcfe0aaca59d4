/**
 * A plain TCP connection, opened and closed again: what a peer's host says about its
 * address. Only an active refusal proves that nobody listens there; the rest (no route,
 * no answer, a reset) may be caused anywhere on the way.
 */
import { connect } from "node:net";
import type { Clock, Reach } from "../ports.ts";
import type { HostPort } from "./host-port.ts";

export function probeAddress(
	{ host, port }: HostPort,
	timeoutMs: number,
	clock: Clock,
): Promise<Reach> {
	return new Promise((resolve) => {
		const socket = connect({ host, port });
		const settle = (reach: Reach) => {
			timer.cancel();
			socket.destroy();
			resolve(reach);
		};
		const timer = clock.after(timeoutMs, () => settle("unreachable"));
		socket.on("connect", () => settle("answers"));
		socket.on("error", (error: NodeJS.ErrnoException) =>
			settle(error.code === "ECONNREFUSED" ? "refused" : "unreachable"),
		);
	});
}
