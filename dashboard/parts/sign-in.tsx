/** Where somebody signs in, if the cluster asks for a token. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { signIn, signInWhy } from "../state/token.ts";

const noToken =
	"This is no access token: it begins with hs_read_, hs_submit_ or hs_operate_, and has 32 letters and digits behind that.";

export function SignIn(): JSX.Element {
	const field = useRef<HTMLInputElement>(null);
	const stay = useRef<HTMLInputElement>(null);
	const why = useSignal<string>();
	useEffect(() => field.current?.focus(), []);
	const send = (event: SubmitEvent) => {
		event.preventDefault();
		const secret = field.current?.value.trim() ?? "";
		const isOne = signIn(secret, stay.current?.checked === true);
		why.value = isOne ? undefined : noToken;
	};
	return (
		<form class="sign-in" onSubmit={send}>
			<h1>Sign in</h1>
			<p role="alert" data-tone="dead">
				{why.value ?? signInWhy.value}
			</p>
			{/* For programs that keep passwords: under which name. */}
			<input
				type="text"
				autocomplete="username"
				value="token"
				hidden
				readonly
			/>
			<label for="token">Access token of this cluster</label>
			<input
				id="token"
				ref={field}
				type="password"
				autocomplete="current-password"
				spellcheck={false}
				required
			/>
			<label class="check">
				<input ref={stay} type="checkbox" /> Stay signed in
			</label>
			<button type="submit">Sign in</button>
		</form>
	);
}
