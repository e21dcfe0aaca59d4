/**
 * `/`: the dashboard's page, and the files that it and the manual load, read once at
 * start; the API's client is among them.
 *
 * Their policy lets a page load from its own node and nowhere else, and run no inline
 * script: a task's text that slipped into the page could do nothing. The dashboard may
 * also ask other nodes: those that are known when it is loaded.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { PAGE_ORIGINS_MAX } from "../../../protocol/limits.ts";
import { openClient, openPage, readAsset } from "../../world/assets.ts";
import { sendToPage } from "../door/base.ts";
import type { Handlers } from "../door/serve.ts";

const policy = (...origins: readonly string[]) =>
	`default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src ${["'self'", ...origins].join(" ")}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
const POLICY = policy();

const HTML = "text/html; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";

/** The handlers of the page and its files. `nodeOrigins`: the origins of live nodes' HTTP sides. */
export function pageHandlers(
	nodeOrigins: () => readonly string[],
): Pick<
	Handlers,
	| "page"
	| "pageScript"
	| "pageStyle"
	| "client"
	| "manualScript"
	| "manualStyle"
	| "tokens"
	| "icon"
> {
	const client = openClient();
	const parts = openPage();
	const page = Buffer.from(readAsset("dashboard/index.html"));
	return {
		page: (request, reply) => {
			if (sendToPage(request, reply)) return reply;
			const origins = nodeOrigins().slice(0, PAGE_ORIGINS_MAX);
			return sendFile(reply, HTML, page, policy(...origins));
		},
		pageScript: async (_request, reply) =>
			sendFile(reply, SCRIPT, (await parts()).script),
		pageStyle: async (_request, reply) =>
			sendFile(reply, STYLE, (await parts()).style),
		client: async (_request, reply) => sendFile(reply, SCRIPT, await client()),
		manualScript: send(SCRIPT, "dashboard/manual.js"),
		manualStyle: send(
			STYLE,
			...["dashboard/manual/frame.css", "dashboard/manual/text.css"],
		),
		tokens: send(STYLE, "dashboard/tokens.css"),
		icon: send("image/svg+xml", "dashboard/icon.svg"),
	};
}

function send(type: string, ...assets: readonly string[]) {
	// One buffer for all answers; a text would be copied for each.
	const bytes = Buffer.from(assets.map(readAsset).join(""));
	return (_request: FastifyRequest, reply: FastifyReply) =>
		sendFile(reply, type, bytes);
}

export function sendHtml(reply: FastifyReply, bytes: Buffer): FastifyReply {
	return sendFile(reply, HTML, bytes);
}

export function sendPicture(reply: FastifyReply, bytes: Buffer): FastifyReply {
	return sendFile(reply, "image/png", bytes);
}

function sendFile(
	reply: FastifyReply,
	type: string,
	bytes: Buffer,
	policy = POLICY,
): FastifyReply {
	return reply
		.headers({ "content-type": type, "content-security-policy": policy })
		.send(bytes);
}
