/** In which direction a drawing moves. */

import { setMotion } from "../actions.js";
import { isMotion, MOTIONS } from "../state/motion.js";
import { select } from "../state/page-state.js";
import { eventWords } from "../words/event-words.js";

const motion = select((state) => state.motion);

export function MotionChoice() {
  return (
    <label class="choice motion">
      {eventWords.motion}{" "}
      <select
        value={motion.value}
        onChange={({ currentTarget: { value } }) => {
          if (isMotion(value)) setMotion(value);
        }}
      >
        {MOTIONS.map((each) => (
          <option key={each} value={each}>
            {eventWords.motions[each]}
          </option>
        ))}
      </select>
    </label>
  );
}
