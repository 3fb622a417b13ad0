/** A server to be killed: echoes on the port given, and says when it listens. */

const port = Number(Deno.args[0]);

Deno.serve({
  hostname: "127.0.0.1",
  port,
  // deno-lint-ignore no-console -- how the test learns the port
  onListen: ({ port }) => console.log(port),
}, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});
