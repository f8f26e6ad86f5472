import Foundation
import Testing

@testable import Modalities

/// What a machine says of itself, on made files.
@Suite struct MachineTests {
  private func machine(_ files: [String: String], cores: Int = 8, addressSpace: Int? = nil) throws -> Machine {
    let root = try TemporaryFolder()
    for (path, text) in files { try root.write(text, to: path) }
    return Machine(root: root.url, cores: cores, addressSpace: addressSpace)
  }

  private let memory = "MemTotal:       24684092 kB\nMemFree: 1 kB\nMemAvailable:    1024 kB\n"

  @Test func withoutControlGroups() throws {
    #expect(try machine(["proc/meminfo": memory]) == Machine(cores: 8, availableBytes: 1 << 20))
    #expect(try machine([:]) == Machine(cores: 8, availableBytes: nil))
  }

  @Test func ofVersionTwo() throws {
    let found = try machine([
      "proc/meminfo": memory.replacingOccurrences(of: "1024 kB", with: "10000000 kB"),
      "proc/self/cgroup": "0::/user.slice/job\n",
      "sys/fs/cgroup/user.slice/job/cpu.max": "250000 100000\n",
      "sys/fs/cgroup/user.slice/job/memory.max": "max\n",
      "sys/fs/cgroup/user.slice/job/memory.current": "700\n",
      // A group above limits, too; what its files take can be dropped.
      "sys/fs/cgroup/user.slice/memory.max": "5000\n",
      "sys/fs/cgroup/user.slice/memory.current": "4000\n",
      "sys/fs/cgroup/user.slice/memory.stat": "anon 3000\nfile 1000\ninactive_anon 9\ninactive_file 600\n",
      "sys/fs/cgroup/user.slice/cpu.max": "max 100000\n",
    ])
    #expect(found == Machine(cores: 3, availableBytes: 1600))
  }

  @Test func ofVersionOne() throws {
    let found = try machine([
      "proc/meminfo": memory,
      "proc/self/cgroup": "9:name=systemd:/\n4:memory:/outer/job\n1:cpu,cpuacct:/job\n0::/\n",
      // Inside a container the group's own folder is the root of the mount.
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "3000\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "2000\n",
      "sys/fs/cgroup/memory/memory.stat": "inactive_file 1\ntotal_inactive_file 500\n",
      "sys/fs/cgroup/memory/outer/job/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/outer/job/memory.usage_in_bytes": "2000\n",
      "sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "50000\n",
      "sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
    ])
    #expect(found == Machine(cores: 1, availableBytes: 1500))
  }

  @Test(arguments: [("0.00", 8), ("2.6", 5), ("7.8", 1), ("80.5", 1), ("?", 8)])
  func coresThatOthersUseAreNotIdle(load: String, idle: Int) throws {
    let found = try machine(["proc/loadavg": "\(load) 1.00 1.00 2/300 4711\n"])
    #expect(found == Machine(cores: 8, idleCores: idle))
  }

  @Test func noQuotaLeavesTheCores() throws {
    let found = try machine([
      "proc/self/cgroup": "1:cpu,cpuacct:/\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    ])
    #expect(found.cores == 8)
  }

  @Test func aLimitOfTheProcessCountsWhatItUses() throws {
    let page = Int(getpagesize())
    let files = ["proc/meminfo": memory, "proc/self/statm": "3 2 1 1 0 1 0\n"]
    #expect(try machine(files, addressSpace: 10 * page).availableBytes == 7 * page)
    #expect(try machine(files, addressSpace: 2 * page).availableBytes == 0)
    #expect(try machine(files, addressSpace: 1 << 40).availableBytes == 1 << 20)
  }

  /// Without a limit for eight, with one of 1 GiB beside what is mapped for four: each thread takes a stack and an arena.
  @Test func littleAddressSpaceMeansFewThreads() throws {
    let files = ["proc/self/statm": "0 0 0 0 0 0 0\n"]
    #expect(try machine(files).cores == 8)
    #expect(try machine(files, addressSpace: 1 << 30).cores == 4)
    #expect(try machine(files, addressSpace: 512 << 20).cores == 1)
    #expect(try machine(files, addressSpace: 1).cores == 1)
  }

  @Test func tooLittleAddressSpaceIsTold() throws {
    #expect(Machine.lackOfAddressSpace(limit: 2 << 30, mapped: 600 << 20) == nil)
    let lack = try #require(Machine.lackOfAddressSpace(limit: 838_860 << 10, mapped: 600 << 20))
    #expect(
      lack.contains("(ulimit -v 838860) leaves 219 MiB") && lack.contains("; ulimit -v 1700000 is enough"), "\(lack)")
  }

  @Test func thisOne() {
    #expect(Machine.current.cores >= 1)
    #expect(Machine.current.availableBytes.map { $0 > 1 << 20 } ?? true)
  }
}
