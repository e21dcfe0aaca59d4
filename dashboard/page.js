/**
 * The plain page: nodes, counts, the worst queues and the newest tasks, as the node
 * that serves it sees them; those of one state, where its address ends in
 * `#state=FAILURE`. The columns and their order stand in index.html.
 *
 * It asks once a second, never before the last answer is in, less and less often
 * while the node is away, and not at all while nobody can see it; what it showed
 * last stays, with its time. It changes only what differs, so that focus, a
 * selection and half a click outlive an answer. It copies templates and sets
 * texts: whatever a task is called shows as it is. Runs in the browser as it is, on the
 * client of the API that the node serves with it.
 */

import { Client, Refused } from "./client/client.js";
import {
	addressOf,
	clockTime,
	duration,
	nameOf,
	pageOf,
	serversOf,
} from "./page-words.js";
import { signIn, token } from "./sign-in.js";

/** @import { QueueAsRead } from "../protocol/schema/overview.ts" */
/** @import { ClusterAsRead, TaskAsListed } from "../protocol/schema.ts" */
/** @import { NodeAsRead } from "../protocol/schema/nodes.ts" */

/**
 * A row or a tile: its key, then what stands in the places of its template. A tone
 * is a word that the style has a colour for.
 * @typedef {{ text: string | number, href?: string | undefined, tone?: string | undefined, current?: "true" | undefined }} Part
 * @typedef {string | number | Part} Content
 * @typedef {[key: string, ...contents: Content[]]} Item
 */

const ASK_MS = 1_000;
const ASK_MS_MAX = 10_000;
const ANSWER_MS_MAX = 5_000;
/** A button down for longer was let go where the page could not see it. */
const PRESS_MS_MAX = 10_000;
const TASKS_SHOWN = 15;
const QUEUES_SHOWN = 15;

/** When what is shown was so. @type {Date | undefined} */
let shownAt;
/** When the button that is down went down. */
let pressedMs = -Infinity;
/** Something for which the page asks at once. @type {PromiseWithResolvers<void>} */
let news;

/** @param {string} id */
function byId(id) {
	const element = document.getElementById(id);
	if (element === null) throw new Error(`the page has no ${id}`);
	return element;
}

/** Of the node that serves this page, wherever a proxy has put it, for who is signed in now. */
const clientNow = () =>
	new Client({
		url: new URL(".", location.href).href.replace(/\/$/, ""),
		fetch: (url, request) => fetch(url, request),
		token: token(),
		patience: () => AbortSignal.timeout(ANSWER_MS_MAX),
	});
let node = clientNow();

/** @param {Element} element @param {string} text */
function setText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

/** @param {Element} element @param {string} name @param {string | undefined} value */
function setAttribute(element, name, value) {
	if (value === undefined) element.removeAttribute(name);
	else if (element.getAttribute(name) !== value)
		element.setAttribute(name, value);
}

/**
 * Shows a copy of the section's template for each item, in their order. A copy
 * stays the same as long as its key is there, and is not moved unless the order
 * of those that stay has changed.
 * @param {string} id @param {Item[]} items
 */
function fill(id, items) {
	const parent = byId(id);
	const section = /** @type {Element} */ (parent.closest("section"));
	const template = section.querySelector("template")?.content.firstElementChild;
	const copies = new Map();
	for (const copy of /** @type {HTMLElement[]} */ ([...parent.children])) {
		const isGone = !items.some(([key]) => key === copy.dataset.key);
		copy.classList.toggle("gone", isGone);
		if (isGone && !isHeld(copy)) copy.remove();
		else copies.set(copy.dataset.key, copy);
	}
	let next = parent.firstElementChild;
	for (const [key, ...contents] of items) {
		const copy = copies.get(key) ?? template?.cloneNode(true);
		setAttribute(copy, "data-key", key);
		if (copy === next) next = copy.nextElementSibling;
		else parent.insertBefore(copy, next);
		const places = copy.querySelectorAll(":not(:has(*))");
		for (const [at, content] of contents.entries()) show(places[at], content);
	}
	section.querySelector(".empty")?.toggleAttribute("hidden", items.length > 0);
}

/**
 * Whether somebody is in it, with the focus or a selection. Under load a task is
 * among the newest for a moment only: too short to copy its id.
 * @param {Element} copy
 */
function isHeld(copy) {
	if (copy.contains(document.activeElement)) return true;
	const selection = getSelection();
	return selection?.type === "Range" && selection.containsNode(copy, true);
}

/** @param {Element} place @param {Content} content */
function show(place, content) {
	/** @type {Part} */
	const part = typeof content === "object" ? content : { text: content };
	const text = part.text.toLocaleString("en");
	setText(place, text);
	setAttribute(place, "href", part.href);
	setAttribute(place, "data-tone", part.tone);
	setAttribute(place, "aria-current", part.current);
	// What is cut to the width of its column can be read whole all the same.
	const cut = place.closest(".long");
	if (cut) setAttribute(cut, "title", text || undefined);
}

/** @param {string} word @returns {Part} */
const toned = (word) => ({ text: word, tone: word });

/** @param {ClusterAsRead} cluster @param {string} chosen */
function showCluster(cluster, chosen) {
	const { appendOnly, fsync } = cluster.store.durability;
	const kept = appendOnly ? `AOF ${fsync}` : "not written to disk";
	setText(
		byId("cluster"),
		`${cluster.cluster} · seen from ${nameOf(cluster.nodeName, cluster.node)} · Redis ${appendOnly === undefined ? "durability unknown" : kept}`,
	);
	const counts = Object.entries(cluster.counts);
	const sum = counts.reduce((total, [, count]) => total + count, 0);
	fill(
		"counts",
		counts.concat([["", sum]]).map(([state, count]) => [
			state,
			{
				text: state || "ALL",
				href: `#state=${state}`,
				current: state === chosen ? "true" : undefined,
			},
			{ text: count, tone: count > 0 ? state : undefined },
		]),
	);
}

/** @param {QueueAsRead[]} queues @param {boolean} more */
function showQueues(queues, more) {
	fill(
		"backlog",
		queues.map((each) => [
			`${each.queue}|${each.type}|${each.labels}`,
			toned(each.unserved ? "no node can run it" : "waiting"),
			each.counts.PENDING,
			duration(each.oldest.waitMs),
			each.queue,
			each.type,
			each.labels.join(", "),
			serversOf(each),
		]),
	);
	byId("backlog-more").toggleAttribute("hidden", !more);
}

/** `node-2` before `node-10`. @param {NodeAsRead} a @param {NodeAsRead} b */
const byName = (a, b) =>
	a.name.localeCompare(b.name, "en", { numeric: true }) ||
	(a.id < b.id ? -1 : 1);

/** @param {NodeAsRead[]} nodes */
function showNodes(nodes) {
	fill(
		"nodes",
		nodes
			.toSorted(byName)
			.map((node) => [
				node.id,
				node.name,
				toned(node.state),
				node.running,
				node.slots,
				node.state === "dead" ? "" : duration(node.uptimeMs),
				node.host,
				{ text: addressOf(node), href: pageOf(node.url) },
				String(node.pid),
				node.labels.join(", "),
			]),
	);
}

/** @param {TaskAsListed[]} tasks @param {string} chosen */
function showTasks(tasks, chosen) {
	setText(byId("tasks-title"), `Newest tasks${chosen ? `: ${chosen}` : ""}`);
	const none = chosen ? "is in this state." : "was submitted yet.";
	setText(byId("tasks-empty"), `No task ${none}`);
	fill(
		"tasks",
		tasks.map((task) => [
			task.id,
			{ text: task.id, href: `v1/tasks/${encodeURIComponent(task.id)}` },
			toned(task.state),
			task.attempt,
			task.type,
			task.queue,
			task.priority,
			nameOf(task.nodeName, task.node),
			clockTime(new Date(task.createdAt)),
		]),
	);
}

/** @param {string} message @param {"good" | "bad"} tone */
function showStatus(message, tone) {
	setText(byId("status"), message);
	setAttribute(byId("status"), "data-tone", tone);
	const isStale = tone === "bad" && shownAt !== undefined;
	document.querySelector("main")?.classList.toggle("stale", isStale);
	if (isStale && shownAt) setText(byId("age-time"), clockTime(shownAt));
}

async function refresh() {
	const [cluster, { nodes }, { queues, cursor }] = await Promise.all([
		node.value("getCluster"),
		node.value("listNodes"),
		node.value("listQueues", { query: { limit: QUEUES_SHOWN } }),
	]);
	const wish = new URLSearchParams(location.hash.slice(1)).get("state") ?? "";
	const chosen = Object.hasOwn(cluster.counts, wish) ? wish : "";
	const query = { limit: TASKS_SHOWN, ...(chosen && { state: chosen }) };
	const { tasks } = await node.value("listTasks", { query });
	// A click that began on one row must not end on another.
	if (performance.now() - pressedMs < PRESS_MS_MAX) return;
	showCluster(cluster, chosen);
	showNodes(nodes);
	showQueues(queues, cursor !== undefined);
	showTasks(tasks, chosen);
	shownAt = new Date();
}

/**
 * A failed fetch says nothing that a person could use; a problem's detail does,
 * but for its advice, which this page follows by itself.
 * @param {unknown} error
 */
function reasonOf(error) {
	if (!(error instanceof Refused)) return "This node does not answer.";
	const advice = /; try again shortly(, or another node)?\.$/;
	return error.problem.detail.replace(advice, ".");
}

async function run() {
	let pauseMs = ASK_MS;
	for (;;) {
		news = Promise.withResolvers();
		if (document.hidden) {
			await news.promise;
			continue;
		}
		try {
			await refresh();
			pauseMs = ASK_MS;
			showStatus("Live", "good");
		} catch (error) {
			if (error instanceof Refused && error.problem.status === 401) {
				showStatus("Not signed in", "bad");
				await signIn(token() === undefined ? "" : error.problem.detail);
				node = clientNow();
				continue;
			}
			pauseMs = Math.min(pauseMs * 2, ASK_MS_MAX);
			showStatus(`${reasonOf(error)} Trying again …`, "bad");
		}
		const pause = new Promise((resolve) => setTimeout(resolve, pauseMs));
		await Promise.race([pause, news.promise]);
	}
}

for (const name of ["pointerdown", "pointerup", "pointercancel"]) {
	addEventListener(name, () => {
		pressedMs = name === "pointerdown" ? performance.now() : -Infinity;
	});
}
document.addEventListener("visibilitychange", () => news.resolve());
addEventListener("hashchange", () => {
	news.resolve();
	byId("tasks-title").closest("section")?.scrollIntoView({ block: "nearest" });
});
run();
