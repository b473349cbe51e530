/* fuzz-launchfile SEED ROUNDS FILE...: changes valid launch files at random and reads them. Built with address and
 * undefined-behaviour sanitizers, so that any wrong step ends it; everything the reader hands out is touched. */
#include "../../main/c/launchfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static size_t touch(const char *const *strings, uint32_t count)
{
    size_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += strlen(strings[i]);
    return sum;
}

static size_t touch_all(const struct launch *l)
{
    size_t sum = touch(l->arguments, l->argument_count) + touch(l->environment, l->environment_count)
        + touch(l->layers, l->layer_count) + touch(l->masks.paths, l->masks.count)
        + touch(l->read_only.paths, l->read_only.count) + touch(l->joins, l->join_count);
    for (uint32_t i = 0; i < l->mount_count; i++)
        sum += strlen(l->mounts[i].target) + strlen(l->mounts[i].source) + strlen(l->mounts[i].options);
    for (uint32_t i = 0; i < l->device_count; i++)
        sum += strlen(l->devices[i].path);
    for (uint32_t i = 0; i < l->seccomp_count * 8; i++)
        sum += ((const unsigned char *)l->seccomp)[i];
    return sum + strlen(l->directory);
}

static size_t change(unsigned char *bytes, size_t size)
{
    for (uint64_t i = draw() % 4 + 1; i > 0 && size > 0; i--) {
        size_t at = draw() % size;
        switch (draw() % 5) {
        case 0: bytes[at] ^= (unsigned char)(1u << draw() % 8); break;
        case 1: bytes[at] = (unsigned char)draw(); break;
        case 2: bytes[at] = 0xff; break;
        case 3: bytes[at] = 0; break;
        default: size = at; break;
        }
    }
    return size;
}

int main(int argc, char **argv)
{
    static struct launch launch;
    size_t sum = 0, read_well = 0;
    state = strtoull(argv[1], NULL, 10) * 2654435761u + 1;
    long rounds = strtol(argv[2], NULL, 10);
    for (int f = 3; f < argc; f++) {
        FILE *in = fopen(argv[f], "rb");
        unsigned char *whole = malloc(LAUNCH_BYTES_MAX);
        size_t size = in == NULL ? 0 : fread(whole, 1, LAUNCH_BYTES_MAX, in);
        if (size == 0 || launch_read(&launch, whole, size) != NULL)
            return 2; /* the file that is started from must be right */
        for (long i = 0; i < rounds; i++) {
            /* A copy of exactly its size, so that a read past its end is seen. */
            unsigned char *copy = malloc(size);
            memcpy(copy, whole, size);
            size_t left = change(copy, size);
            /* A consistent length lets the change get past the header. */
            if (left >= 16 && draw() % 2)
                for (int b = 0; b < 4; b++)
                    copy[8 + b] = (unsigned char)(left >> 8 * b);
            unsigned char *exact = malloc(left > 0 ? left : 1);
            memcpy(exact, copy, left);
            if (launch_read(&launch, exact, left) == NULL) {
                sum += touch_all(&launch);
                read_well++;
            }
            free(exact);
            free(copy);
        }
        free(whole);
        fclose(in);
    }
    printf("%zu %zu\n", read_well, sum);
    return 0;
}
