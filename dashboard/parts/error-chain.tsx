/** An error with all that led to it, whole: each with its code, its message and where it was thrown. */
import type { JSX } from "preact";
import type { TaskAsRead } from "../../protocol/schema.ts";
import { stackOf } from "../words/task.ts";

type TaskError = NonNullable<TaskAsRead["error"]>;

export function ErrorChain({
	error,
	word = "Error",
}: {
	readonly error: TaskError;
	readonly word?: string;
}): JSX.Element {
	const stack = stackOf(error);
	return (
		<div class="error-chain">
			<h2>
				{word} <code>{error.code}</code>
			</h2>
			<pre class="message">{error.message || "It has no message."}</pre>
			{stack !== undefined && <pre class="stack">{stack}</pre>}
			{error.cause && <ErrorChain error={error.cause} word="Caused by" />}
			{error.errors?.map((each, at) => (
				<ErrorChain key={at} error={each} word={`Error ${at + 1} in it`} />
			))}
		</div>
	);
}
