/** Writes down each event of a socket, with the `readyState` that its listener sees. */
export function record(socket: WebSocket): string[] {
  const log: string[] = [];
  socket.addEventListener("open", () => log.push(`open ${socket.readyState}`));
  socket.addEventListener("message", ({ data }) => {
    log.push(`message ${socket.readyState} ${typeof data === "string" ? data : "bytes"}`);
  });
  socket.addEventListener("error", () => log.push(`error ${socket.readyState}`));
  socket.addEventListener("close", ({ code, reason, wasClean }) => {
    log.push(
      `close ${socket.readyState} ${code} ${JSON.stringify(reason)} ${
        wasClean ? "clean" : "unclean"
      }`,
    );
  });
  return log;
}
