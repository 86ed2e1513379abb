import { pictureOf } from "./devices.js";
import { isOpen } from "./own-rules.js";
import { mayFacilitate, selfOf } from "./room-state.js";
import { LINE } from "./words-line.js";
import { NOTE } from "./words-room.js";

/**
 * What a person does about themself: devices, hand, break, name, layout.
 * @param {import("./app.js").App} app
 */
export function ownActions(app) {
  const { own, devices, sound, hearing, line, media } = app.parts;

  const actions = {
    toggleMic() {
      const me = app.state.room?.me;
      if (own.mic.isOn) return app.attempt(() => own.mic.turnOff());
      if (me?.muted_by_facilitator) return actions.tell(NOTE.muted);
      if (app.state.room && !isOpen(app.state.room)) return actions.tell(NOTE.notNow);
      return app.attempt(() => own.mic.turnOn());
    },

    toggleCamera() {
      if (own.camera.isOn) return app.attempt(() => own.camera.turnOff());
      const room = app.state.room;
      if (line.choice === "none") return actions.tell(LINE.cameraStaysOff);
      if (room && !isOpen(room)) return actions.tell(NOTE.notNow);
      if (room?.me.camera_stopped) return actions.tell(NOTE.cameraStopped);
      if (room?.status.cameras_locked && !mayFacilitate(room.me.role)) return actions.tell(NOTE.camerasLocked);
      return app.attempt(() => own.camera.turnOn());
    },

    /** @param {string} text why a press did nothing */
    tell(text) {
      app.toast(text);
    },

    /** Space is held: talk; let go: be silent again. @param {boolean} isHeld */
    talk(isHeld) {
      if (!app.state.room || app.ui.dialog) return;
      if (!isHeld) void app.attempt(() => own.mic.turnOff());
      else if (!own.mic.isOn) void actions.toggleMic();
    },

    toggleShare() {
      return app.attempt(() => (app.state.room?.me.is_sharing ? own.screen.stop() : own.screen.start()));
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
      return app.attempt(() => own.mic.turnOn());
    },

    /** @param {string} by */
    askToUnmute(by) {
      if (own.mic.isOn) return;
      app.update({ dialog: { kind: "asked-to-unmute", by } });
    },

    /** @param {import("./devices.js").DeviceKind} kind @param {string} deviceId */
    async chooseDevice(kind, deviceId) {
      devices.choose(kind, deviceId);
      if (kind === "audiooutput") {
        hearing.setSpeaker(deviceId);
        sound.setSpeaker(deviceId);
      } else await app.attempt(() => (kind === "audioinput" ? own.mic : own.camera).switchDevice());
    },

    testSound() {
      sound.test();
      app.update({ tested: true });
    },

    hear() {
      hearing.resume();
    },

    /** How many pictures; without any, none go out either. @param {import("./saving.js").Video} video */
    async setVideo(video) {
      line.choose(video, performance.now());
      app.redraw();
      if (video !== "none") {
        await own.camera.resize(pictureOf(line.cameraLines));
        return media.handleNewSize("camera");
      }
      if (own.camera.isOn) await app.attempt(() => own.camera.turnOff());
      if (app.state.room?.me.is_sharing) await app.attempt(() => own.screen.stop());
    },

    /** @param {import("./thrift.js").ThriftEvent} event what the line makes necessary, or possible again */
    followLine(event) {
      if (event === "pictures-back") app.say(LINE.picturesBack, "line");
      if (event !== "pause-camera") return app.redraw();
      app.update({ note: LINE.cameraPaused });
      void app.attempt(() => own.camera.turnOff());
    },

    /** Large for me, whoever speaks. @param {string | null} person */
    pin(person) {
      app.update({ pinned: person });
    },

    /** @param {import("./layout.js").Layout} layout */
    setLayout(layout) {
      app.update({ layout, page: 0, pinned: null });
    },
  };
  return actions;
}
