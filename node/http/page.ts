/**
 * `/`: the dashboard's page with its script and style, read once at start.
 *
 * Its policy lets it load from its own node and nowhere else, and run no script
 * that stands in the page: a task's text that slipped into it could do nothing.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { readAsset } from "../assets.ts";
import type { Handlers } from "./serve.ts";

const POLICY =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function pageHandlers(): Pick<
	Handlers,
	"page" | "pageScript" | "pageStyle" | "icon"
> {
	return {
		page: send("dashboard/index.html", "text/html; charset=utf-8"),
		pageScript: send("dashboard/page.js", "text/javascript; charset=utf-8"),
		pageStyle: send("dashboard/page.css", "text/css; charset=utf-8"),
		icon: send("dashboard/icon.svg", "image/svg+xml"),
	};
}

function send(asset: string, type: string) {
	// One for all answers; a text would be copied for each.
	const bytes = Buffer.from(readAsset(asset));
	const headers = { "content-type": type, "content-security-policy": POLICY };
	return (_request: FastifyRequest, reply: FastifyReply) =>
		reply.headers(headers).send(bytes);
}
