/** Where Kubernetes' own kinds keep their pod, as a path from the object. source: Kubernetes API reference */
export const OWN_KINDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    Pod: [],
    Deployment: ['spec', 'template'],
    StatefulSet: ['spec', 'template'],
    DaemonSet: ['spec', 'template'],
    ReplicaSet: ['spec', 'template'],
    ReplicationController: ['spec', 'template'],
    Job: ['spec', 'template'],
    CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
    PodTemplate: ['template'],
  }),
);

/** `Pod|Deployment|...`: part of a regular expression. */
export const OWN_KIND_NAMES = [...OWN_KINDS.keys()].join('|');
