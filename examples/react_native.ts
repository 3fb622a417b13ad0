/**
 * Hints on React Native, where there are no page events: `@react-native-community/netinfo` knows when the
 * network is back, AppState when the app is in front again. By structure, so that nothing is imported here.
 */
import type { Connectivity } from "@holdfast/websocket";

/** The default export of `@react-native-community/netinfo`. */
export interface NetInfoLike {
  addEventListener(listener: (state: { isConnected: boolean | null }) => void): () => void;
}

/** `AppState` of `react-native`. */
export interface AppStateLike {
  addEventListener(type: "change", listener: (state: string) => void): { remove(): void };
}

/** Pass it as `sources: { connectivity }`. */
export function nativeConnectivity(NetInfo: NetInfoLike, AppState: AppStateLike): Connectivity {
  let online = true;
  return {
    get online(): boolean {
      return online;
    },
    subscribe(listener): () => void {
      // The first call says how it is, and is no news; null means that it is not known yet.
      const release = NetInfo.addEventListener(({ isConnected }) => {
        if (isConnected === null || isConnected === online) return;
        online = isConnected;
        listener(online ? "online" : "offline");
      });
      const subscription = AppState.addEventListener("change", (state) => {
        if (state === "active") listener("wake");
      });
      return () => {
        release();
        subscription.remove();
      };
    },
  };
}
