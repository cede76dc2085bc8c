/**
 * Parts of undici by their own paths, of which undici itself says no types. Takes and gives nothing; what they are is
 * said where they are loaded, in src/shared/http-client.ts.
 */
declare module 'undici/lib/dispatcher/agent.js' {
  const agent: unknown;
  export = agent;
}

declare module 'undici/lib/api/api-request.js' {
  const request: unknown;
  export = request;
}
