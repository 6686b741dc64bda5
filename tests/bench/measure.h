// CPU time of a piece of work: medians over rounds, printed one line each.

#pragma once

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <unistd.h>
#include <vector>

namespace fingerpost::bench {

inline double cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Figure {
  double median_us = 0;
  double least_us = 0;
};

// Runs work() `times` times a round, after one round to warm up.
template <class Work>
Figure measure(int times, Work&& work, int rounds = 7) {
  std::vector<double> each;
  for (int round = 0; round <= rounds; ++round) {
    const double start = cpu_us();
    for (int i = 0; i < times; ++i) work();
    if (round > 0) each.push_back((cpu_us() - start) / times);
  }
  std::sort(each.begin(), each.end());
  return {each[each.size() / 2], each.front()};
}

// What the process holds in memory, in MB (Linux).
inline double resident_mb() {
  long size = 0;
  long resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &size, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

// "name   12.3 µs CPU (least 11.9)   81,300/s   123 MB/s"; bytes 0: no rate in bytes.
inline void print(const std::string& name, const Figure& figure, double bytes = 0) {
  std::printf("%-48s %10.2f µs CPU (least %.2f) %12.0f/s a core", name.c_str(), figure.median_us,
              figure.least_us, 1e6 / figure.median_us);
  if (bytes > 0) std::printf(" %9.1f MB/s", bytes / figure.median_us);
  std::printf("\n");
}

}  // namespace fingerpost::bench
