import { NOTE } from "./words-room.js";
import { mayFacilitate, selfOf } from "./room-state.js";

/** What a person does about themself: devices, hand, break, name, layout. @param {import("./app.js").App} app */
export function ownActions(app) {
  const { own, devices, sound, hearing } = app.parts;

  const actions = {
    toggleMic() {
      const me = app.state.room?.me;
      if (own.isMicOn) return app.attempt(() => own.turnMicOff());
      if (me?.muted_by_facilitator) return actions.tell(NOTE.muted);
      return app.attempt(() => own.turnMicOn());
    },

    toggleCamera() {
      if (own.isCameraOn) return app.attempt(() => own.turnCameraOff());
      const room = app.state.room;
      if (room?.me.camera_stopped) return actions.tell(NOTE.cameraStopped);
      if (room?.status.cameras_locked && !mayFacilitate(room.me.role)) return actions.tell(NOTE.camerasLocked);
      return app.attempt(() => own.turnCameraOn());
    },

    /** @param {string} text why a press did nothing */
    tell(text) {
      app.toast(text);
    },

    /** Space is held: talk; let go: be silent again. @param {boolean} isHeld */
    talk(isHeld) {
      if (!app.state.room || app.ui.dialog) return;
      if (isHeld !== own.isMicOn) void actions.toggleMic();
    },

    toggleShare() {
      return app.attempt(() => (app.state.room?.me.is_sharing ? own.stopSharing() : own.startSharing()));
    },

    toggleHand() {
      const room = app.state.room;
      if (!room) return;
      const isUp = selfOf(room)?.hand !== null;
      return app.ask(isUp ? { type: "lower-hand", target: room.me.id } : { type: "raise-hand" });
    },

    async toggleBreak() {
      const room = app.state.room;
      if (!room) return;
      app.update({ dialog: null });
      if (room.me.on_break) return app.ask({ type: "return-from-break" });
      own.stopAll();
      return app.ask({ type: "take-break" });
    },

    /** @param {string} alias */
    async rename(alias) {
      if (await app.ask({ type: "rename", alias })) app.update({ alias, dialog: null });
    },

    unmuteAsAsked() {
      app.update({ dialog: null });
      return app.attempt(() => own.turnMicOn());
    },

    /** @param {string} by */
    askToUnmute(by) {
      if (own.isMicOn) return;
      app.update({ dialog: { kind: "asked-to-unmute", by } });
    },

    /** @param {import("./devices.js").DeviceKind} kind @param {string} deviceId */
    async chooseDevice(kind, deviceId) {
      devices.choose(kind, deviceId);
      if (kind === "audiooutput") {
        hearing.setSpeaker(deviceId);
        sound.setSpeaker(deviceId);
      } else await app.attempt(() => own.switchDevice(kind === "audioinput" ? "mic" : "camera"));
    },

    testSound() {
      sound.test();
      app.update({ tested: true });
    },

    hear() {
      sound.wake();
      hearing.resume();
    },

    /** @param {import("./layout.js").Layout} layout */
    setLayout(layout) {
      app.update({ layout, page: 0 });
    },
  };
  return actions;
}
