/**
 * What a page of the dashboard is. To add one, write one file in `dashboard/pages/`:
 *
 *   /** What it shows, and from which operations it has that. *\/
 *   export const page: Page = {
 *   	path: "queues", title: "Queues", rank: 30, key: "q", View: Queues };
 *   function Queues({ query }: Place) { … }
 *
 * The build finds it there, so nothing else names it: with a `rank` it stands in the bar,
 * and its address is `#/queues`. Its look may lie beside it, as `queues.css`, made of the
 * colours in tokens.css. It asks nodes through `state/asked.ts`, draws with what is in
 * `parts/`, and leads to others by `hrefOf`; pages do not import one another. What it works
 * out without a browser belongs in `words/` or `charts/`, where a unit test reaches it.
 */
import type { ComponentType } from "preact";
import type { Role } from "../protocol/operation.ts";

export interface Page {
	/** The first part of its address, or `part/*` for all addresses below it. Empty: what is shown first. */
	readonly path: string;
	/** In the bar, and as the title of the tab. */
	readonly title: string;
	/** Its place in the bar, from the left. Absent: it is not in it, as one comes to it from others. */
	readonly rank?: number;
	/** The key that leads to the page after `g`. */
	readonly key?: string;
	/** Whom it is for; `read` unless it says so. It is not offered to others. */
	readonly role?: Role;
	readonly View: ComponentType<Place>;
}

/** Where somebody is on a page: what its address says besides its path. */
export interface Place {
	/** What follows the path: `task-17` of `#/tasks/task-17`. */
	readonly rest: string;
	readonly query: URLSearchParams;
}
