/**
 * The schemas by the names that they have in the description of the API, each
 * with an example.
 */
import Type, { type Static, type TSchema } from "typebox";
import {
	CeleryAccepted,
	CeleryList,
	CeleryRejected,
	CelerySubmission,
	CeleryTask,
} from "../celery.ts";
import {
	BatchAnswer,
	ClusterAsRead,
	ItemAnswer,
	ProblemAsRead,
	TaskAsAccepted,
	TaskAsRead,
	TaskErrorAsRead,
	TaskList,
} from "../schema.ts";
import {
	BulkAnswer,
	BulkCancelAsSubmitted,
	BulkDeleteAsSubmitted,
	BulkRetryAsSubmitted,
} from "./bulk.ts";
import { DeathList } from "./deaths.ts";
import { EventAsRead } from "./events.ts";
import { LiveFrame } from "./live.ts";
import { NodeAsRead, NodeList } from "./nodes.ts";
import { FailureList, QueueList } from "./overview.ts";
import { Stats } from "./stats.ts";
import {
	CancelAsSubmitted,
	ChangesAsSubmitted,
	RetryAsSubmitted,
	TaskAsSubmitted,
} from "./submitted.ts";
import {
	TokenAsCreated,
	TokenAsRead,
	TokenAsSubmitted,
	TokenList,
} from "./tokens.ts";

const NodeDraining = Type.Object({
	id: NodeAsRead.properties.id,
	name: Type.Optional(NodeAsRead.properties.name),
	state: Type.Literal("draining"),
});

const Health = Type.Object({
	status: Type.Enum(["ok", "ready"]),
});

export const COMPONENTS = {
	TaskAsSubmitted,
	CancelAsSubmitted,
	BulkCancelAsSubmitted,
	BulkRetryAsSubmitted,
	BulkDeleteAsSubmitted,
	BulkAnswer,
	ChangesAsSubmitted,
	RetryAsSubmitted,
	TaskAsAccepted,
	TaskAsRead,
	TaskList,
	ItemAnswer,
	BatchAnswer,
	NodeList,
	NodeDraining,
	DeathList,
	QueueList,
	FailureList,
	ClusterAsRead,
	TokenAsSubmitted,
	TokenAsRead,
	TokenAsCreated,
	TokenList,
	Stats,
	EventAsRead,
	LiveFrame,
	Health,
	CelerySubmission,
	CeleryAccepted,
	CeleryRejected,
	CeleryTask,
	CeleryList,
	TaskError: TaskErrorAsRead,
	Problem: ProblemAsRead,
} satisfies Record<string, TSchema>;

/** The values that the schema of this name lets pass. */
export type Component<Name extends keyof typeof COMPONENTS> = Static<
	(typeof COMPONENTS)[Name]
>;
