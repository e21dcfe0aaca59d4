/** One task as a page of its own, wherever its id was found. */
import type { JSX } from "preact";
import type { Page, Place } from "../page.ts";
import { TaskSheet } from "../parts/task-sheet.tsx";
import { hrefOf } from "../state/address.ts";

export const page: Page = { path: "tasks/*", title: "Task", View: Task };

function Task({ rest: id }: Place): JSX.Element {
	return <TaskSheet id={id} list={hrefOf("tasks")} />;
}
