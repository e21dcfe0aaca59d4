/** The building blocks of the frames of `/v1/live`. */
import Type, { type TSchema } from "typebox";

export const text = (description: string) => Type.String({ description });
export const count = (description: string) =>
	Type.Integer({ minimum: 0, description });
export const ms = (description: string) => Type.Integer({ description });
export const maybe = <T extends TSchema>(schema: T) => Type.Optional(schema);
export const n = (description = "the node's number in this stream") =>
	Type.Integer({ minimum: 0, description });
