/** `/docs` and `/docs/CHAPTER`: the manual as of when this program was built. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Problem } from "../../../protocol/problem.ts";
import { openManual } from "../../world/assets.ts";
import { sendProblem } from "../door/answer.ts";
import { sendToPage } from "../door/base.ts";
import type { Handlers } from "../door/serve.ts";
import { sendHtml } from "./page.ts";

const noSuchChapter: Problem = {
	code: "not_found",
	detail:
		"The manual has no such chapter; /docs lists the chapters that it has.",
};

export function manualHandlers(): Pick<Handlers, "manual" | "manualChapter"> {
	const pages = openManual();
	const send = async (
		request: FastifyRequest,
		reply: FastifyReply,
		chapter: string,
	) => {
		if (sendToPage(request, reply)) return reply;
		const page = (await pages()).get(chapter);
		return page === undefined
			? sendProblem(reply, noSuchChapter)
			: sendHtml(reply, page);
	};
	return {
		manual: (request, reply) => send(request, reply, ""),
		manualChapter: (request, reply) =>
			send(request as FastifyRequest, reply, request.params.chapter),
	};
}
