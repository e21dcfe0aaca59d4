/** A list page by page, to its end or until whoever reads it has enough. */
import type { Component } from "../schema/components.ts";
import type { Client, Question } from "./client.ts";

/** Reads the pages. @throws Refused, NoAnswer */
export async function* pagesOf(
	client: Client,
	query: Omit<NonNullable<Question<"listTasks">["query"]>, "cursor">,
): AsyncGenerator<Component<"TaskList">> {
	let cursor: string | undefined;
	do {
		const page = await client.value("listTasks", {
			query: cursor === undefined ? query : { ...query, cursor },
		});
		yield page;
		cursor = page.cursor;
	} while (cursor !== undefined);
}
