/**
 * The plain page: nodes, counts, waiting work and the newest tasks, as the node
 * that serves it sees them.
 *
 * It asks once a second, never before the last answer is in, and less and less
 * often while the node is away; what it showed last stays, greyed. It makes
 * elements and sets their text, never markup: whatever a task is called shows
 * as it is. Runs in the browser as it stands.
 */

/** @import { ClusterAsRead, NodeAsRead, TaskAsRead } from "../protocol/schema.ts" */

const ASK_MS = 1_000;
const ASK_MS_MAX = 10_000;
const ANSWER_MS_MAX = 5_000;
const TASKS_SHOWN = 15;
const UNSERVED = "no node can run it";

/**
 * How a state is coloured; its word says the same.
 * @type {Readonly<Record<string, string | undefined>>}
 */
const TONES = {
	up: "good",
	draining: "warn",
	suspect: "warn",
	"cut-off": "bad",
	dead: "bad",
	STARTED: "busy",
	SUCCESS: "good",
	FAILURE: "bad",
	EXPIRED: "warn",
	[UNSERVED]: "bad",
};

/** @param {string} id */
function byId(id) {
	const element = document.getElementById(id);
	if (element === null) throw new Error(`the page has no ${id}`);
	return element;
}

/** @param {string} path */
async function ask(path) {
	const answer = await fetch(path, {
		signal: AbortSignal.timeout(ANSWER_MS_MAX),
	});
	const value = await answer.json();
	if (!answer.ok) throw new Error(value.detail);
	return value;
}

/**
 * An element with a text, or with another inside.
 * @param {string} tag
 * @param {string | number | Node} content
 * @param {Record<string, string | undefined>} attributes
 */
function make(tag, content, attributes = {}) {
	const element = document.createElement(tag);
	if (content instanceof Node) element.append(content);
	else element.textContent = String(content);
	for (const [name, value] of Object.entries(attributes)) {
		if (value !== undefined) element.setAttribute(name, value);
	}
	return element;
}

/** @param {string | Node} content */
const text = (content) => make("td", content);
/** @param {string | number} content */
const number = (content) => make("td", content, { class: "number" });
/** @param {string} content */
const state = (content) => make("td", content, { "data-tone": TONES[content] });
/** @param {string} content */
const rowName = (content) =>
	make("th", content, { scope: "row", class: "name", title: content });

/**
 * Replaces the rows of a table's body.
 * @param {string} id
 * @param {HTMLElement[][]} rows
 */
function fill(id, rows) {
	const body = byId(id);
	const cells = rows.length > 0 ? rows : [[emptyCell(body)]];
	body.replaceChildren(
		...cells.map((row) => {
			const line = document.createElement("tr");
			line.append(...row);
			return line;
		}),
	);
}

/** @param {HTMLElement} body */
function emptyCell(body) {
	return make("td", body.dataset.empty ?? "", { class: "empty", colspan: "8" });
}

/** @param {number} ms */
function duration(ms) {
	const seconds = Math.floor(ms / 1_000);
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
	if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
	return `${Math.floor(seconds / 86_400)} d`;
}

/**
 * Enough of a node's id to tell it from others.
 * @param {string | undefined} id
 */
const shortId = (id) => (id === undefined ? "" : `…${id.slice(-8)}`);

/** @param {ClusterAsRead} cluster */
function showCluster(cluster) {
	const { appendOnly, fsync } = cluster.store.durability;
	const kept = appendOnly ? `AOF ${fsync}` : "not written to disk";
	byId("cluster").textContent =
		`${cluster.cluster} · seen from ${shortId(cluster.node)} · Redis ${appendOnly === undefined ? "durability unknown" : kept}`;
	byId("counts").replaceChildren(
		...Object.entries(cluster.counts).map(([name, count]) => {
			const box = document.createElement("div");
			const tone = count > 0 ? TONES[name] : undefined;
			const shown = make("dd", count.toLocaleString("en"), {
				"data-tone": tone,
			});
			box.append(make("dt", name), shown);
			return box;
		}),
	);
	fill(
		"backlog",
		cluster.backlog.map(({ queue, type, labels, count, unserved }) => [
			rowName(queue),
			text(type),
			text(labels.join(", ")),
			number(count.toLocaleString("en")),
			state(unserved ? UNSERVED : "waiting"),
		]),
	);
}

/** @param {NodeAsRead[]} nodes */
function showNodes(nodes) {
	fill(
		"nodes",
		nodes.map((node) => {
			const link = make("a", node.http, { href: `http://${node.http}/` });
			return [
				rowName(shortId(node.id)),
				state(node.state),
				text(link),
				number(node.pid),
				number(node.running),
				number(node.slots),
				number(node.state === "dead" ? "" : duration(node.uptimeMs)),
				text(node.labels.join(", ")),
			];
		}),
	);
}

/** @param {TaskAsRead[]} tasks */
function showTasks(tasks) {
	fill(
		"tasks",
		tasks.map((task) => [
			rowName(task.id),
			state(task.state),
			text(task.type),
			number(task.priority),
			number(task.attempt),
			text(shortId(task.node)),
			text(new Date(task.createdAt).toLocaleTimeString()),
		]),
	);
}

/**
 * Set only when it changes, so that a screen reader does not repeat it.
 * @param {string} message
 * @param {"good" | "bad"} tone
 */
function showStatus(message, tone) {
	const status = byId("status");
	if (status.textContent !== message) status.textContent = message;
	status.dataset.tone = tone;
	document.querySelector("main")?.classList.toggle("stale", tone === "bad");
}

async function refresh() {
	const [cluster, { nodes }, { tasks }] = await Promise.all([
		ask("/v1/cluster"),
		ask("/v1/nodes"),
		ask(`/v1/tasks?limit=${TASKS_SHOWN}`),
	]);
	showCluster(cluster);
	showNodes(nodes);
	showTasks(tasks);
}

/**
 * A failed fetch says nothing that a person could use; a problem's detail does.
 * @param {unknown} error
 */
function reasonOf(error) {
	const unanswered =
		error instanceof TypeError || error instanceof DOMException;
	return error instanceof Error && !unanswered
		? error.message
		: "This node does not answer.";
}

async function run() {
	let pauseMs = ASK_MS;
	for (;;) {
		try {
			await refresh();
			pauseMs = ASK_MS;
			showStatus("Live", "good");
		} catch (error) {
			pauseMs = Math.min(pauseMs * 2, ASK_MS_MAX);
			showStatus(`${reasonOf(error)} Trying again …`, "bad");
		}
		await new Promise((resolve) => setTimeout(resolve, pauseMs));
	}
}

run();
