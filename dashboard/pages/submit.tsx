/**
 * Submit: a form for one task, checked while one types, with the command that does the same. With
 * `#/submit?from=ID` it begins as that task was submitted.
 */
import type { JSX } from "preact";
import type { Page, Place } from "../page.ts";
import { Copy } from "../parts/copy.tsx";
import { Badge } from "../parts/glyph.tsx";
import {
	Fields,
	focusOn,
	Options,
	Payload,
	Type,
} from "../parts/submit-fields.tsx";
import { hrefOf } from "../state/address.ts";
import { server } from "../state/node.ts";
import { type Taken, useSubmission } from "../state/submission.ts";
import { may, token } from "../state/token.ts";
import { type Draft, PLACE_FIELDS, readDraft } from "../words/submission.ts";
import { curlOf, submissionOf } from "../words/task.ts";

export const page: Page = {
	path: "submit",
	title: "Submit",
	rank: 60,
	key: "s",
	role: "submit",
	View: Submit,
};

function Submit({ query }: Place): JSX.Element {
	const from = query.get("from") ?? undefined;
	if (!may("submit"))
		return (
			<section>
				<h1>Submit</h1>
				<p>Your token may only read; sign in with one that may submit.</p>
			</section>
		);
	return <Form key={from} from={from} />;
}

interface FormParts {
	readonly from: string | undefined;
}

function Form({ from }: FormParts): JSX.Element {
	const { draft, refusal, taken, isSending, send } = useSubmission(from);
	const parts = { draft, refusal: refusal.value };
	const submit = async (event: SubmitEvent) => {
		event.preventDefault();
		await send();
		const { field, why } = refusal.value ?? {};
		// A problem that is with no field of the form is shown for the form as a whole.
		if (field !== undefined && why !== undefined && !focusOn(field))
			refusal.value = { field: undefined, why };
	};
	return (
		<form
			class="submit"
			aria-labelledby="submit-title"
			onSubmit={submit}
			onKeyDown={(event) => {
				if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
				event.preventDefault();
				event.currentTarget.requestSubmit();
			}}
		>
			<Title from={from} />
			<div class="columns">
				<div>
					<Type {...parts} />
					<Payload {...parts} />
				</div>
				<div>
					<Fields names={PLACE_FIELDS} {...parts} />
					<Options {...parts} />
				</div>
			</div>
			<p class="send">
				<button type="submit" disabled={isSending.value}>
					Submit
				</button>
				<span class="note">or Ctrl Enter</span>
				<span role="status">
					{isSending.value ? "Sending …" : <Outcome taken={taken.value} />}
				</span>
			</p>
			{refusal.value && refusal.value.field === undefined && (
				<p role="alert" data-tone="dead">
					{refusal.value.why}
				</p>
			)}
			<Curl draft={draft.value} />
		</form>
	);
}

function Title({ from }: FormParts): JSX.Element {
	return (
		<h1 id="submit-title">
			Submit a task
			{from !== undefined && (
				<>
					{" "}
					like <a href={hrefOf(`tasks/${from}`)}>{from}</a>
				</>
			)}
		</h1>
	);
}

function Outcome({
	taken,
}: {
	readonly taken: Taken | undefined;
}): JSX.Element | null {
	if (taken === undefined) return null;
	const { id, state, unserved } = taken;
	return (
		<>
			Taken: <a href={hrefOf(`tasks/${id}`)}>{id}</a> <Badge state={state} />
			{unserved && ", but no live node can run it now"}
		</>
	);
}

/** The command that would send it, with every value exactly as it was typed. */
function Curl({ draft }: { readonly draft: Draft }): JSX.Element {
	const read = readDraft(draft);
	if (!read.ok)
		return (
			<p class="note">
				The command that does the same stands here once the form is complete.
			</p>
		);
	const { payload: _, ...fields } = read.fields;
	const typed = draft.payload?.trim() || undefined;
	const curl = curlOf(
		server.value,
		submissionOf(fields, typed),
		token.value !== undefined,
	);
	return (
		<section class="curl" aria-labelledby="curl-title">
			<h2 id="curl-title">The same as a command</h2>
			<Copy text={curl} />
			<pre>{curl}</pre>
		</section>
	);
}
