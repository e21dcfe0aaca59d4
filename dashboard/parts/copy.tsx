/** A button that copies a text, and says that it has. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { pause } from "../state/clock.ts";

/** How long the button says that it has copied. */
const SAID_MS = 2_000;

interface Parts {
	readonly text: string;
	readonly label?: string;
}

/** A button that copies; none on an insecure connection, as browsers offer no clipboard there. */
export function Copy({ text, label = "Copy" }: Parts): JSX.Element | null {
	const said = useSignal(label);
	if (!navigator.clipboard) return null;
	const copy = async () => {
		await navigator.clipboard.writeText(text);
		said.value = "Copied";
		await pause(SAID_MS);
		said.value = label;
	};
	return (
		<button type="button" onClick={copy} aria-live="polite">
			{said}
		</button>
	);
}
