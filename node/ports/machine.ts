/**
 * The machine that a node runs on, as far as it has a say in the node's life; and the
 * service manager that started the node.
 */

/** systemd, in the protocol of a service of `Type=notify`: see sd_notify(3). */
export interface ServiceManager {
	/**
	 * It takes the service for hung if it hears no sign of life for this long; undefined if
	 * it does not check.
	 */
	readonly watchdogMs: number | undefined;
	/** Assignments, one a line. False if it cannot take them now. */
	tell(assignments: string): boolean;
	close(): void;
}

/** What a cloud tells its machines about themselves. */
export interface MachineMetadata {
	/**
	 * The text at a path; undefined if there is none. @throws Error with one clause that
	 * says what is wrong
	 */
	get(path: string): Promise<string | undefined>;
}

/** A machine of a cloud. */
export interface CloudMachine {
	readonly zone?: string;
	readonly instanceId?: string;
	readonly instanceType?: string;
	readonly lifecycle?: string;
}
