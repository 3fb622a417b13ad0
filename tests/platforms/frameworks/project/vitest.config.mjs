/** The same globals as under Jest, so that both run the same files. */
import process from "node:process";

export default {
  resolve: { alias: { "websocket-mock": "vitest-websocket-mock" } },
  test: {
    environment: process.env.ENVIRONMENT,
    globals: true,
    include: ["*.spec.{js,mjs}"],
    // Only where the environment's own WebSocket throws what it should dispatch.
    dangerouslyIgnoreUnhandledErrors: process.env.ENVIRONMENT_IS_BROKEN === "true",
  },
};
