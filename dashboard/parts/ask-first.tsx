/**
 * A button that asks first, where it stands: what it would do, and whether that is meant. While
 * it is done it cannot be pressed again; what was refused is said there, too.
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { reasonOf } from "../state/node.ts";

interface Parts {
	/** What the button says: `Drain`. */
	readonly label: string;
	/** What would happen, as sentences. */
	readonly question: string;
	/** What the button says that does it: `Drain node-1`. */
	readonly yes: string;
	/** Does it. What it resolves with is shown in the button's place: `Asked to drain`. */
	readonly act: () => Promise<string>;
	/** Fields for whatever else it has to know. */
	readonly children?: ComponentChildren;
}

export function AskFirst({
	label,
	question,
	yes,
	act,
	children,
}: Parts): JSX.Element {
	const isAsking = useSignal(false);
	const isActing = useSignal(false);
	const said = useSignal("");
	const first = useRef<HTMLButtonElement>(null);
	const open = useRef<HTMLButtonElement>(null);
	useEffect(() => {
		if (isAsking.value) first.current?.focus();
	}, [isAsking.value]);
	const close = () => {
		isAsking.value = false;
		queueMicrotask(() => open.current?.focus());
	};
	const run = async () => {
		isActing.value = true;
		try {
			said.value = await act();
		} catch (error) {
			said.value = reasonOf(error);
		}
		isActing.value = false;
		close();
	};
	if (!isAsking.value)
		return (
			<span class="asks">
				<button
					ref={open}
					type="button"
					onClick={() => (isAsking.value = true)}
				>
					{label}
				</button>
				<span role="status">{said}</span>
			</span>
		);
	return (
		<fieldset
			class="asks"
			disabled={isActing.value}
			onKeyDown={({ key }) => key === "Escape" && close()}
		>
			<span>{question}</span>
			{children}
			<button ref={first} type="button" class="grave" onClick={run}>
				{yes}
			</button>
			<button type="button" onClick={close}>
				No
			</button>
		</fieldset>
	);
}
