/** `/docs` and `/docs/CHAPTER`: the manual of this version of the program, with its pictures. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Problem } from "../../../protocol/problem.ts";
import { openManual } from "../../world/assets.ts";
import { sendProblem } from "../door/answer.ts";
import { sendToPage } from "../door/base.ts";
import type { Handlers } from "../door/serve.ts";
import { sendHtml, sendPicture } from "./page.ts";

const noSuchChapter: Problem = {
	code: "not_found",
	detail:
		"The manual has no such chapter; /docs lists the chapters that it has.",
};

const noSuchPicture: Problem = {
	code: "not_found",
	detail: "The manual has no such picture; /docs lists its chapters.",
};

export function manualHandlers(): Pick<
	Handlers,
	"manual" | "manualChapter" | "manualPicture"
> {
	const pages = openManual();
	const send = async (
		request: FastifyRequest,
		reply: FastifyReply,
		chapter: string,
	) => {
		if (sendToPage(request, reply)) return reply;
		// A picture's name has a slash, and it is no page.
		const page = chapter.includes("/")
			? undefined
			: (await pages()).get(chapter);
		return page === undefined
			? sendProblem(reply, noSuchChapter)
			: sendHtml(reply, page);
	};
	return {
		manual: (request, reply) => send(request, reply, ""),
		manualChapter: (request, reply) =>
			send(request as FastifyRequest, reply, request.params.chapter),
		manualPicture: async (request, reply) => {
			const bytes = (await pages()).get(`shots/${request.params.picture}`);
			return bytes === undefined
				? sendProblem(reply, noSuchPicture)
				: sendPicture(reply, bytes);
		},
	};
}
