/**
 * `/`: the dashboard's page with its script and style, read once at start.
 *
 * Its policy lets it load from its own node and nowhere else, and run no script
 * that stands in the page: a task's text that slipped into it could do nothing.
 */
import type { FastifyInstance } from "fastify";
import { readAsset } from "../assets.ts";

const POLICY =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FILES = [
	["/", "dashboard/index.html", "text/html; charset=utf-8"],
	["/page.js", "dashboard/page.js", "text/javascript; charset=utf-8"],
	["/page.css", "dashboard/page.css", "text/css; charset=utf-8"],
	["/icon.svg", "dashboard/icon.svg", "image/svg+xml"],
] as const;

export function routePage(app: FastifyInstance): void {
	for (const [address, asset, type] of FILES) {
		// One for all answers; a text would be copied for each.
		const bytes = Buffer.from(readAsset(asset));
		app.get(address, (_request, reply) =>
			reply
				.headers({ "content-type": type, "content-security-policy": POLICY })
				.send(bytes),
		);
	}
}
