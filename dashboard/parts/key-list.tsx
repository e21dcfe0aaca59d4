/** The list of keys, which `?` opens. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Page } from "../page.ts";
import { address } from "../state/address.ts";
import { isHelpOpen, keysOf } from "../state/keys.ts";
import { signInWhy } from "../state/token.ts";

interface Parts {
	readonly pages: readonly Page[];
}

export function KeyList({ pages }: Parts): JSX.Element {
	const dialog = useRef<HTMLDialogElement>(null);
	const isOpen = isHelpOpen.value;
	useEffect(() => {
		if (isOpen) dialog.current?.showModal();
	}, [isOpen]);
	// It closes when the page changes, or when the user has to sign in.
	useLayoutEffect(
		() => dialog.current?.close(),
		[address.value, signInWhy.value],
	);
	return (
		<dialog
			ref={dialog}
			aria-labelledby="keys-title"
			onClose={() => {
				isHelpOpen.value = false;
			}}
		>
			<form method="dialog">
				<h2 id="keys-title">Keys</h2>
				<button type="submit">Close</button>
			</form>
			<dl class="keys">
				{keysOf(pages).map(([key, what]) => (
					<div key={key}>
						<dt>
							{key.split(" ").map((each) => (
								<kbd key={each}>{each}</kbd>
							))}
						</dt>
						<dd>{what}</dd>
					</div>
				))}
			</dl>
		</dialog>
	);
}
