/**
 * `/docs` and `/docs/CHAPTER`: the manual, as it was when this program was built.
 */
import type { FastifyReply } from "fastify";
import type { Problem } from "../../../protocol/problem.ts";
import { openManual } from "../../world/assets.ts";
import { sendProblem } from "../door/answer.ts";
import type { Handlers } from "../door/serve.ts";
import { sendHtml } from "./page.ts";

const noSuchChapter: Problem = {
	code: "not_found",
	detail:
		"The manual has no such chapter; /docs lists the chapters that it has.",
};

export function manualHandlers(): Pick<Handlers, "manual" | "manualChapter"> {
	const pages = openManual();
	const send = async (reply: FastifyReply, chapter: string) => {
		const page = (await pages()).get(chapter);
		return page === undefined
			? sendProblem(reply, noSuchChapter)
			: sendHtml(reply, page);
	};
	return {
		manual: (_request, reply) => send(reply, ""),
		manualChapter: ({ params }, reply) => send(reply, params.chapter),
	};
}
