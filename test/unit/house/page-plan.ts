/** The rooms of the dashboard, as the plan has them: what a browser draws, from below to the whole. */
import type { Dwelling } from "./plan.ts";

export const PAGE_ROOMS: readonly Dwelling[] = [
	{
		// What the page says and where it draws, worked out without a browser.
		name: "page words",
		paths: ["dashboard/words/", "dashboard/charts/"],
		ours: ["protocol"],
		libraries: [],
		builtins: [],
	},
	{
		// What the page knows: from nodes, from its address, of who looks.
		name: "page state",
		paths: ["dashboard/state/", "dashboard/page.ts"],
		ours: ["protocol", "page words"],
		libraries: ["preact", "@preact/signals"],
		builtins: [],
	},
	{
		// What pages are drawn with.
		name: "page parts",
		paths: ["dashboard/parts/"],
		ours: ["protocol", "page words", "page state"],
		libraries: ["preact", "@preact/signals"],
		builtins: [],
	},
	{
		// One file a page; pages do not know one another.
		name: "pages",
		paths: ["dashboard/pages/"],
		ours: ["protocol", "page words", "page state", "page parts"],
		libraries: ["preact", "@preact/signals"],
		builtins: [],
		helpers: [],
	},
	{
		name: "dashboard",
		paths: ["dashboard/"],
		ours: ["page words", "page state", "page parts"],
		libraries: ["preact", "@preact/signals"],
		builtins: [],
	},
];
