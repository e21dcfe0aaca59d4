/**
 * Who looks at the page: the access token, where the cluster asks for one.
 *
 * It is kept by this browser alone: until its tab is closed, or, for who wishes to stay
 * signed in, until they sign out. It goes with requests to the node that serves the page and
 * nowhere else. What an address of the API answers is shown here, as a link would lead there
 * without the token.
 */

/** Other clusters may be behind the same proxy, each at its own path. */
const HERE = new URL(".", location.href).pathname;
const KEY = `hearsay-token ${HERE}`;
const TOKEN = /^hs_(read|submit|operate)_[0-9A-Za-z]{32}$/;
const noToken =
	"This is no access token: it begins with hs_read_, hs_submit_ or hs_operate_, and has 32 letters and digits behind that.";

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
function part(id, kind) {
	const element = document.getElementById(id);
	if (element instanceof kind) return element;
	throw new Error(`the page has no ${id}`);
}

const form = part("sign-in", HTMLFormElement);
const why = part("sign-in-why", HTMLElement);
const field = part("token", HTMLInputElement);
const stay = part("stay", HTMLInputElement);
const signOut = part("sign-out", HTMLButtonElement);
const answer = part("answer", HTMLDialogElement);
const answerText = part("answer-text", HTMLElement);

/** Undefined: nobody is signed in. */
export function token() {
	return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? undefined;
}

function forget() {
	sessionStorage.removeItem(KEY);
	localStorage.removeItem(KEY);
}

/** Shows what belongs to somebody only while somebody is signed in, or nobody has to be. */
function show(isAsking = false) {
	form.hidden = !isAsking;
	signOut.hidden = token() === undefined;
	document.querySelector("main")?.toggleAttribute("hidden", isAsking);
}

/** Resolves when somebody has signed in. @param {string} reason @returns {Promise<void>} */
export function signIn(reason) {
	forget();
	why.textContent = reason;
	show(true);
	field.focus();
	return new Promise((resolve) => {
		form.onsubmit = (event) => {
			event.preventDefault();
			const secret = field.value.trim();
			if (!TOKEN.test(secret)) {
				why.textContent = noToken;
				return;
			}
			field.value = "";
			const place = stay.checked ? localStorage : sessionStorage;
			place.setItem(KEY, secret);
			show();
			resolve();
		};
	});
}

/** @param {string} path */
async function showAnswer(path) {
	const headers = { authorization: `Bearer ${token()}` };
	try {
		const reply = await fetch(path, { headers });
		const value = JSON.parse(await reply.text());
		answerText.textContent = JSON.stringify(value, undefined, 2);
	} catch {
		answerText.textContent = "This node does not answer.";
	}
	answer.showModal();
}

document.addEventListener("click", (event) => {
	if (token() === undefined || !(event.target instanceof Element)) return;
	const path = event.target.closest("a")?.getAttribute("href");
	if (!path?.startsWith("v1/")) return;
	event.preventDefault();
	void showAnswer(path);
});
signOut.addEventListener("click", () => {
	forget();
	// Nothing of what was shown stays.
	location.reload();
});
// Who stays signed in, or signs out, does so in all tabs.
addEventListener("storage", ({ key }) => {
	if (key === KEY) location.reload();
});
show();
