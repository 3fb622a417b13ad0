/**
 * A certificate authority for loopback, made by openssl.
 *
 * @module
 */

import type { Scope } from "./scope.ts";

/** What is right or wrong with a certificate. */
export type Certificate = "trusted" | "expired" | "self-signed";

/** An authority that clients may be told to trust. */
export interface Authority {
  /** Its own certificate. */
  readonly file: string;
  /** The files of a certificate for 127.0.0.1, which is localhost, and of its key. */
  issue(kind: Certificate): Promise<readonly [certificate: string, key: string]>;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const LEAF = "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n";
/** One of no days has expired when the clock ticks. */
const TICK_MS = 1_500;

/** Makes an authority whose files go with the scope. */
export async function createAuthority(scope: Scope): Promise<Authority> {
  const folder = await scope.folder();
  const at = (name: string): string => `${folder}/${name}`;
  const openssl = (...args: readonly string[]): Promise<string> =>
    scope.command(["openssl", ...args]);
  const [file, key, request, leaf, leafKey, extensions] = [
    at("ca.pem"),
    at("ca.key"),
    at("leaf.csr"),
    at("leaf.pem"),
    at("leaf.key"),
    at("leaf.ext"),
  ];
  await Deno.writeTextFile(extensions, LEAF);
  const selfSign = (
    subject: string,
    certificate: string,
    key: string,
    ...more: string[]
  ): Promise<string> =>
    openssl(
      ...["req", "-x509", ...KEY, "-subj", subject, "-days", "2"],
      ...["-out", certificate, "-keyout", key, ...more],
    );
  await selfSign("/CN=Holdfast test authority", file, key);
  return {
    file,
    async issue(kind): Promise<readonly [string, string]> {
      if (kind === "self-signed") {
        await selfSign("/CN=server", leaf, leafKey, "-addext", "subjectAltName=IP:127.0.0.1");
        return [leaf, leafKey];
      }
      const days = kind === "expired" ? "0" : "2";
      await openssl("req", ...KEY, "-subj", "/CN=server", "-out", request, "-keyout", leafKey);
      await openssl(
        ...["x509", "-req", "-in", request, "-CA", file, "-CAkey", key, "-CAcreateserial"],
        ...["-days", days, "-extfile", extensions, "-out", leaf],
      );
      if (kind === "expired") await scope.sleep(TICK_MS);
      return [leaf, leafKey];
    },
  };
}
