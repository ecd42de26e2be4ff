/** Lessons: each sets the page with one click, and says what to look at. */

export const LESSONS = ["small", "large", "oneStep", "silent", "learned", "fourBits"] as const;

export type LessonId = (typeof LESSONS)[number];
