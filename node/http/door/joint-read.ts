/**
 * One read for all who ask at the same time.
 *
 * Reading about the whole cluster costs the store much, for every shard, and a flood of
 * such requests would keep it from renewing leases. So one read is under way at a time,
 * and requests that come meanwhile share the next one: an answer is never older than the
 * question.
 */
export function jointRead<T>(read: () => Promise<T>): () => Promise<T> {
	let underWay: Promise<T> | undefined;
	let next: Promise<T> | undefined;
	const begin = (): Promise<T> => {
		next = undefined;
		const begun = read();
		underWay = begun;
		const over = () => {
			if (underWay === begun) underWay = undefined;
		};
		begun.then(over, over);
		return begun;
	};
	return () => {
		if (next === undefined && underWay === undefined) return begin();
		next ??= underWay?.then(begin, begin);
		return next ?? begin();
	};
}
