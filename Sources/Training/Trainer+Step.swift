import Layers
import Tensors

// What one step does.
extension Trainer {
  /// Where the next step stands.
  func context(_ run: Run) -> StepContext {
    let steps = options.steps(batches: stepsPerEpoch)
    return StepContext(
      step: (run.position.epoch - 1) * steps + run.position.step / options.accumulation, total: options.epochs * steps)
  }

  /// One step of all active models; returns the mean loss of each over the batches.
  func step(_ batches: [Batch], _ run: inout Run) -> [Double] {
    let (context, replicas) = (context(run), run.replicas)
    run.rates = replicas.active.map {
      let history = run.position.replicas[$0].records
      return options.learningRate * options.schedule.factor(step: context.step, of: context.total, history: history)
    }
    for (number, group) in parameterGroups.enumerated() {
      for _ in 1..<group.steps {
        _ = gradients(of: batches, context, run)
        let scales = run.optimizer.clip(replicas, to: options.gradientClip).scales
        run.optimizer.step(replicas, scales: scales, learningRates: run.rates, group: number)
      }
    }
    let losses = advance(batches, context, &run)
    for (row, model) in replicas.active.enumerated() { run.position.replicas[model].lossSum += losses[row] }
    if let afterStep, !run.position.hasFailed {
      withoutGradients { for number in replicas.active { afterStep(replicas.models[number], context) } }
    }
    return losses.map { $0 / Double(batches.count) }
  }

  /// Moves all active models; returns their losses summed over the batches.
  private func advance(_ batches: [Batch], _ context: StepContext, _ run: inout Run) -> [Double] {
    let replicas = run.replicas
    var (losses, norms): ([Double], [Double])
    if batches.count == 1, let done = replay(batches[0], context, run) {
      (losses, norms) = done
    } else {
      (losses, norms) = (gradients(of: batches, context, run), [])
      // A model that is alone stops before it is spoilt; of several, what is not finite stays in its own row.
      let isAlone = replicas.arena != nil
      if !isAlone || losses[0].isFinite {
        let clipped = run.optimizer.clip(replicas, to: options.gradientClip)
        norms = clipped.norms
        if !isAlone || norms.allSatisfy(\.isFinite) {
          run.optimizer.step(replicas, scales: clipped.scales, learningRates: run.rates)
        }
      }
    }
    for (row, model) in replicas.active.enumerated() {
      if !losses[row].isFinite {
        let origin = nonFiniteModule(batches, context, run)
        run.position.fail(model, .loss, losses[row], origin: origin)
      } else if !norms.isEmpty, !norms[row].isFinite {
        let origin = nonFiniteGradient(batches, context, run)
        run.position.fail(model, .gradientNorm, norms[row], origin: origin)
      }
    }
    return losses
  }

  /// Computes and moves all models of a group in one call; nil where that cannot be done.
  private func replay(
    _ batch: Batch, _ context: StepContext, _ run: Run
  ) -> (losses: [Double], norms: [Double])? {
    guard run.replicas.arena == nil, case (.replay(let plan), let inputs) = way(batch, context, run) else { return nil }
    return run.optimizer.step(
      run.replicas, replaying: plan, inputs: inputs, keys: { keys(plan, run) }, limit: options.gradientClip,
      learningRates: run.rates)
  }

  private func keys(_ plan: RecordedLoss, _ run: Run) -> [UInt64] {
    run.replicas.active.flatMap { number in (0..<plan.keyCount).map { _ in run.generators[number].next() } }
  }

  /// How the gradients of a group are computed, and what a recording takes.
  private func way(_ batch: Batch, _ context: StepContext, _ run: Run) -> (StepRecorder.Way, inputs: [Tensor]) {
    guard let recorder = run.recorder, let tensors else { return (.engine, []) }
    let (replicas, models) = (run.replicas, run.replicas.active.count)
    let inputs = tensors(batch) + [context.inputs(models: models)] + replicas.constants()
    return (recorder.way(for: inputs, models: models, values: replicas.values), inputs)
  }

  // MARK: Gradients

  /// Leaves the mean gradients over batches with the replicas; returns the losses summed over the batches.
  private func gradients(of batches: [Batch], _ context: StepContext, _ run: Run) -> [Double] {
    guard batches.count > 1 else { return gradients(of: batches[0], context, run) }
    var (losses, sum): ([Double], Tensor?) = (run.replicas.active.map { _ in 0 }, nil)
    for batch in batches {
      losses = zip(losses, gradients(of: batch, context, run)).map { $0 + $1 }
      let found = run.replicas.joinedGradients()
      if let sum { sum.add_(found) } else { sum = found.cloned() }
    }
    run.replicas.gradientRows().copy_(from: sum! / Double(batches.count))
    return losses
  }

  private func gradients(of batch: Batch, _ context: StepContext, _ run: Run) -> [Double] {
    let replicas = run.replicas
    if let arena = replicas.arena {
      _ = replicas.gradientRows()
      let loss =
        balancer?.step(batch, in: arena) { gradients(of: $0, context, run, in: arena) }
        ?? gradients(of: batch, context, run, in: arena)
      return [loss]
    }
    switch way(batch, context, run) {
    case (.replay(let plan), let inputs):
      return plan.run(
        inputs: inputs, models: replicas.active.count, parameters: replicas.values, gradients: replicas.gradientRows(),
        keys: keys(plan, run))
    case (.step, _):
      let rows = replicas.gradientRows()
      return replicas.active.indices.map { row in
        recorded(
          parts!.part(batch, row, replicas.active.count), context, run, row,
          values: replicas.values.select(axis: 0, index: row), gradients: rows.select(axis: 0, index: row))
      }
    case (.engine, _):
      let losses = losses(batch, context, replicas, replicas.active.map { run.generators[$0] })
      replicas.backward(losses)
      return losses.doubles
    }
  }

  /// Of a model that is alone: recorded, or by the engine.
  private func gradients(of batch: Batch, _ context: StepContext, _ run: Run, in arena: Arena) -> Double {
    if run.recorder != nil {
      return recorded(batch, context, run, 0, values: arena.values, gradients: arena.gradients)
    }
    let loss = training(with: run.generators[0]) { objective(run.replicas.models[0], batch, context) }
    let value = loss.item()
    if value.isFinite { arena.backward(loss) }
    return value
  }

  /// Of the model in a row, by a recording that it may make.
  private func recorded(
    _ batch: Batch, _ context: StepContext, _ run: Run, _ row: Int, values: Tensor, gradients: Tensor
  ) -> Double {
    let (replicas, number) = (run.replicas, run.replicas.active[row])
    return run.recorder!.step(
      tensors!(batch) + [context.input] + replicas.constants(ofRow: row), values: values, gradients: gradients,
      leaves: replicas.leaves(ofRow: row), generator: run.generators[number]
    ) { objective(replicas.models[number], batch, context) }
  }

  /// Of all active models in lanes, `[active]`.
  func losses(
    _ batch: Batch, _ context: StepContext, _ replicas: Replicas<Model>, _ generators: [Generator]
  ) -> Tensor {
    replicas.map { model, lanes in
      training(with: MaskSource(generators, in: lanes)) { objective(model, parts!.spread(batch, lanes), context) }
    }
  }

  // MARK: Explaining failures

  /// The first module whose output is not finite, of a model that is alone: runs its objective again with every module's
  /// output watched.
  private func nonFiniteModule(_ batches: [Batch], _ context: StepContext, _ run: Run) -> String? {
    guard run.replicas.arena != nil else { return nil }
    let model = run.replicas.models[0]
    return batches.lazy.compactMap { batch in
      let probe = Probe(for: model)
      withoutGradients {
        probe.watch { training(with: run.generators[0]) { _ = objective(model, batch, context) } }
      }
      return probe.firstNonFinite
    }.first
  }

  /// The first gradient that is not finite: clipping has spread the fault over all, which are computed again.
  private func nonFiniteGradient(_ batches: [Batch], _ context: StepContext, _ run: Run) -> String? {
    guard let arena = run.replicas.arena else { return nil }
    return batches.lazy.compactMap { batch in
      arena.backward(training(with: run.generators[0]) { objective(run.replicas.models[0], batch, context) })
      let slot = arena.slots.first { $0.part(of: arena.gradients).isFinite().all().item() == 0 }
      return slot.map { "the gradient of \($0.name)" }
    }.first
  }
}
