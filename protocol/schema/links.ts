/** The links in an answer about many tasks: where each is found. */
import { Type } from "typebox";

export const links = Type.Object(
	{ task: Type.String() },
	{ description: "where each task is read: its id in the place of `{id}`" },
);
