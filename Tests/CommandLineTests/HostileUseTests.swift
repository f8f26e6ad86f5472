import Foundation
import Testing

/// Calls that cannot be: one line that says what was expected, exit status 64, and no run begun.
@Suite struct HostileUseTests {
  @Test(arguments: [
    (["compare", "data", "--methods", "fuse"], "unknown method \"fuse\"; expected one of unimodal, early"),
    (["compare", "data", "--methods", "late:combine=sum"], "option combine is \"sum\"; expected one of pool, average"),
    (["compare", "data", "--methods", "late:colour=red"], "method late has no option \"colour\""),
    (["compare", "data", "--methods", "tensor@a"], "takes at least 2 modalities, found 1"),
    (["compare", "data", "--methods", "unimodal@"], "no modality \"\"; the data set has a, b"),
    (["train", "data", "--method", "tensor@a+a"], "expected modalities behind one @, each once, such as tensor@a+b"),
    (["train", "data", "--set", "rank=1", "--set", "rank=2"], "--set rank is given twice"),
    (["demo", "--methods", "fuse"], "unknown method \"fuse\""),
    (["compare", "data", "--methods", "late@smell"], "no modality \"smell\"; the data set has a, b"),
    (["compare", "data", "--methods", ""], "unknown method \"\""),
    (["compare", "data", "--seeds", "many"], "'many' is invalid for '--seeds <seeds>'; see: chiasm compare --help"),
    (["compare", "data", "--seeds", "0"], "--seeds is 0; expected 1 to 10000"),
    (["compare", "data", "--seed", "-1"], "--seed"),
    (["compare", "data", "--jobs", "0"], "--jobs is 0; expected 1 to 1024"),
    (["compare", "data", "--epochs", "-3"], "--epochs"),
    (["compare", "data", "--learning-rate", "nan"], "--learning-rate is nan; expected"),
    (["compare", "data", "--optimizer", "newton"], "--optimizer is \"newton\"; expected adamw, adam or sgd"),
    (["compare", "data", "--budget", "0"], "--budget is 0.0; expected"),
    (["compare"], "compare needs the folder of a data set, or --resume RUN"),
    (["compare", "--resume", "20200101-000000-none"], "no run 20200101-000000-none in "),
    (["compare", "--folds", "3"], "unknown option '--folds'"),
    (["train", "data", "--method", "unimodal"], "add --modalities with one of a, b"),
    (["train", "data", "--method", "late,tensor"], "train takes one method"),
    (["train", "data", "--set", "rank"], "--set \"rank\" is not key=value"),
    (["train", "data", "--method", "low-rank", "--set", "rank=0"], "option rank is \"0\"; expected a whole number"),
    (["data", "synthetic", "new", "--unique", "1"], "2 to 26 modalities"),
    (["data", "synthetic", "new", "--redundancy", "0"], "the target would be constant"),
    (["data", "synthetic", "new", "--unique", "a,b"], "--unique is \"a,b\"; expected numbers such as 0,0.5"),
    (["data", "digits", "new", "--samples", "-1"], "samples"),
    (["import", "imagenet", "data", "new"], "unknown data set \"imagenet\"; expected one of emoji"),
    (["import", "mosi", "data", "new", "--set", "folds=3"], "unknown option \"folds\"; expected one of validation"),
    (["methods", "--area", "cooking"], "no area \"cooking\"; expected one of coordination, fusion, unimodal"),
    (["runs", "show", "20200101"], "no run 20200101 in "),
    (["runs", "list", "--limit", "0"], "--limit is 0; expected"),
    (["report", "one", "two"], "the page to write is \"two\"; expected a name that ends in .html, .csv, .md or .tex"),
    (["quantify", "information", "data", "--modalities", ","], "there is no modality \"\"; the data set has a, b"),
    (["report", "page.html"], "report needs a run and the page to write"),
    (["evaluate", "nowhere", "data"], "\"nowhere\" is neither a run folder nor a run"),
    (["runs", "delete", "20200101"], "no run 20200101 in "),
    (["fuse"], "unknown command \"fuse\"; expected one of demo, compare"),
    (["comparee", "data"], "unknown command \"comparee\"; did you mean compare? See: chiasm --help"),
    (["data", "inspct", "data"], "unknown command \"inspct\"; did you mean inspect? See: chiasm data --help"),
    (["runs", "delet", "k3f9"], "unknown command \"delet\"; did you mean delete? See: chiasm runs --help"),
    (["quantify", "emapp", "run"], "nothing called \"emapp\" can be measured; expected one of"),
    (["train", "data", "--method", "tensr"], "; did you mean tensor?"),
    (["train", "data", "--method", "low-rank", "--set", "rnak=3"], "; did you mean rank?"),
    (["compare", "data", "--seds", "3"], "Did you mean '--seeds'?"),
    (["coordinate", "data", "--method", "semantc"], "; did you mean semantic?"),
  ])
  func isRefused(_ arguments: [String], _ expected: String) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let before = try place.contents()
    let outcome = try place.chiasm(arguments)
    outcome.expectRefusal(64, expected)
    #expect(outcome.output.isEmpty)
    // Asking for a run opens the store; nothing else may be there.
    let store: Set = ["runs", "runs/runs.sqlite", "runs/runs.sqlite.lock"]
    #expect(try place.contents().subtracting(before).isSubset(of: store))
  }

  @Test func modelAndDataMustFit() throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    try place.chiasm(["data", "synthetic", "wide", "--samples", "50", "--width", "5", "--quiet"]).expectSuccess()
    try place.chiasm(["evaluate", "run", "wide"]).expectRefusal(65, "dataset.yaml: modalities.a: samples of shape [5]")
    try place.chiasm(["evaluate", "run", "data", "--split", "all"]).expectRefusal(
      64, "--split is \"all\"; expected train")
    try place.chiasm(["predict", "run", "smell=x.npy"]).expectRefusal(65, "unknown modality \"smell\"")
    try place.chiasm(["predict", "run", "a=none.npy"]).expectRefusal(65, "none.npy: no such file")
    try place.chiasm(["predict", "run", "a=wide/a.npy"]).expectRefusal(65, "wide/a.npy: has shape [50, 5]")
    try place.chiasm(["embed", "run", "data", "out.txt"]).expectRefusal(64, "expected .npz or .safetensors")
  }

  @Test(arguments: ["model.safetensors", "config.yaml", "dataset.yaml"])
  func aSpoiltRunFolder(_ file: String) throws {
    let place = try Workplace(copying: Workplace.trained.get().folder)
    try Data("nothing of the kind: [".utf8).write(to: place.url("run/" + file))
    try place.chiasm(["evaluate", "run", "data"]).expectRefusal(65, file)
  }
}
