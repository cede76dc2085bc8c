/**
 * A value while it is being made. For what is made thousands of times: spreads of objects with one key each, by which a
 * key is left out that has no value, cost more than reading what stands in them.
 */
export type Unfinished<T> = { -readonly [Key in keyof T]: T[Key] };
