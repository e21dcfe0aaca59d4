/**
 * A machine of the proof `fleet`: a network namespace with a system that install.sh has
 * written to and user data have set up, on which a node runs as the unit says, as near to
 * that as can be without systemd: by its command line and environment, with credentials of
 * its own, as a user who may nothing, on a system that is read-only but for its data
 * folder, sees no other processes, and under the unit's filter of system calls. Its service
 * manager and its cloud are the proof's.
 */
import { execFileSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { FakeMetadata } from "../../test/fakes/instance-metadata.ts";
import { NotifySocket } from "../../test/notify-socket.ts";
import { commandOf, environmentOf } from "../../test/systemd/unit.ts";
import { parseYaml } from "../../test/tools/yaml.ts";
import { nowMs } from "../bench/clock.ts";
import type { Life } from "../chaos/member.ts";
import { OwnProcess } from "../chaos/process.ts";

const DEPLOY = new URL("../deploy/", import.meta.url).pathname;
const UNIT = join(DEPLOY, "hearsay.service");
const FIRST_USER = 61_001;
const WATCHDOG_USEC = "30000000";

export interface FleetGround {
	/** Everybody may read what is in it, and write to its effects. */
	readonly directory: string;
	/** Which system calls are let through. */
	readonly policy: string;
	/** A Node.js and the program that brings a filter about, where all users can read them. */
	readonly filter: readonly string[];
	/** What stands in user-data.yaml, and what is to stand there. */
	readonly known: Readonly<Record<string, string>>;
	/** Where the fake clouds are reached from the machines. */
	readonly cloudHost: string;
}

interface UserData {
	readonly write_files: readonly {
		readonly path: string;
		readonly permissions: string;
		readonly content: string;
	}[];
}

export class FleetMachine {
	readonly name: string;
	/** The URL of its HTTP side. */
	readonly url: string;
	readonly lives: Life[] = [];
	socket = new NotifySocket();
	process: OwnProcess | undefined;
	readonly cloud: FakeMetadata;
	readonly #ground: FleetGround;
	readonly #prefix: readonly string[];
	readonly #root: string;
	readonly #user: number;

	static async boot(
		index: number,
		place: { readonly http: string; readonly prefix: readonly string[] },
		executable: string,
		ground: FleetGround,
	): Promise<FleetMachine> {
		const cloud = await FakeMetadata.start(ground.cloudHost);
		cloud.data.set("placement/availability-zone", `zone-1${"ab"[index % 2]}`);
		cloud.data.set("instance-id", `i-${index + 1}`);
		const machine = new FleetMachine(index, place, ground, cloud);
		machine.install(executable);
		machine.#writeUserData();
		machine.start();
		return machine;
	}

	private constructor(
		index: number,
		{ http, prefix }: { http: string; prefix: readonly string[] },
		ground: FleetGround,
		cloud: FakeMetadata,
	) {
		this.name = `machine-${index + 1}`;
		this.url = `http://${http}`;
		this.cloud = cloud;
		this.#ground = ground;
		this.#prefix = prefix;
		this.#root = join(ground.directory, this.name);
		this.#user = FIRST_USER + index;
	}

	/** Installs the program from the executable, as a user does. */
	install(executable: string): void {
		mkdirSync(this.#root, { recursive: true });
		execFileSync(join(DEPLOY, "install.sh"), [executable], {
			env: { ...process.env, DESTDIR: this.#root },
			stdio: "pipe",
		});
	}

	/** Starts the node as systemd starts the unit. */
	start(): void {
		const [credentials, state] = [this.#folder("credentials"), this.#data];
		for (const name of ["redis-url", "token"]) {
			const file = join(credentials, name);
			if (!existsSync(file))
				copyFileSync(join(this.#root, "etc/hearsay", name), file);
			chownSync(file, this.#user, this.#user);
			chmodSync(file, 0o400);
		}
		const unit = readFileSync(UNIT, "utf8");
		const specifiers = { d: credentials, S: state };
		const [program = "", ...args] = commandOf(unit, specifiers);
		this.socket[Symbol.dispose]();
		this.socket = new NotifySocket();
		const environment = {
			...environmentOf(unit, specifiers),
			...this.#settings(),
			...{ NOTIFY_SOCKET: this.socket.name, WATCHDOG_USEC },
			AWS_EC2_METADATA_SERVICE_ENDPOINT: this.cloud.url,
			PATH: "/usr/bin:/bin",
		};
		this.process = new OwnProcess({
			command: [
				...[...this.#prefix, "unshare", "--mount", "--propagation", "private"],
				...["sh", "-c", this.#script(), "sh"],
				...["env", "-i", "-C", state],
				...Object.entries(environment).map((pair) => pair.join("=")),
				...[...this.#ground.filter, this.#ground.policy],
				...[join(this.#root, program), ...args],
			],
			logPath: join(this.#ground.directory, `${this.name}.log`),
			channel: "ignore",
		});
		const life: Life = { pid: this.process.pid, endedMs: undefined };
		this.lives.push(life);
		void this.process.ended.then(() => {
			life.endedMs = nowMs();
		});
	}

	/** Tells the node to stop, as `systemctl stop` does. */
	stop(): void {
		this.process?.signal("SIGTERM");
	}

	get alive(): boolean {
		return this.process?.alive ?? false;
	}

	async close(): Promise<void> {
		this.socket[Symbol.dispose]();
		await this.cloud[Symbol.asyncDispose]();
	}

	/** What comes before the program in its own view of the file system; then it is nobody. */
	#script(): string {
		const effects = join(this.#ground.directory, "effects");
		const user = ["--reuid", "--regid"].map((id) => `${id} ${this.#user}`);
		return [
			"set -e",
			"umask 0077",
			...[this.#data, effects].map((each) => `mount --bind ${each} ${each}`),
			"mount -o remount,ro,bind /",
			"mount -t proc -o subset=pid,hidepid=invisible proc /proc",
			`exec setpriv ${user.join(" ")} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"`,
		].join("\n");
	}

	/** Writes the files of the user data, as cloud-init does. */
	#writeUserData(): void {
		let text = readFileSync(join(DEPLOY, "user-data.yaml"), "utf8");
		for (const [name, value] of Object.entries(this.#ground.known))
			text = text.replace(name, value);
		const { write_files: files }: UserData = parseYaml(text);
		for (const { path, permissions, content } of files) {
			const file = join(this.#root, path);
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, content, { mode: Number.parseInt(permissions, 8) });
			chmodSync(file, Number.parseInt(permissions, 8));
		}
	}

	#settings(): Record<string, string> {
		const file = join(this.#root, "etc/hearsay/hearsay.env");
		const lines = readFileSync(file, "utf8").matchAll(/^([A-Z_]+)=(.*)$/gm);
		return Object.fromEntries(
			[...lines].map(([, name = "", value = ""]) => [name, value]),
		);
	}

	get #data(): string {
		return this.#folder("state");
	}

	#folder(name: string): string {
		const folder = join(this.#root, name);
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		chownSync(folder, this.#user, this.#user);
		return folder;
	}
}
