/* What differs between systems besides waiting (kernels/c/waiting.h): threads, and memory on a boundary. */
#ifndef ATIF_SYSTEM_H
#define ATIF_SYSTEM_H

#include <stddef.h>

/* A thread that runs `body`; NULL if the system starts none. */
void *start_thread(void (*body)(void *), void *argument, size_t stack_bytes);

/* Waits for its end, and gives back what it took. */
void join_thread(void *thread);

/* NULL if there is none. */
void *aligned_block(size_t boundary, size_t bytes);
void free_aligned_block(void *block);

#endif
